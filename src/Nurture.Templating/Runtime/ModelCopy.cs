namespace Nurture.Templating.Runtime;

/// <summary>
/// A copy of the model for templates of the compatible profile, which may change what they are given. What the model holds
/// at several places is one thing in the copy too, even where it holds itself.
/// </summary>
internal sealed class ModelCopy
{
    private const int MaxDepth = 64;

    private readonly RenderContext _context;
    private readonly Dictionary<ReferenceValue, TemplateValue> _copied = new(ReferenceEqualityComparer.Instance);

    private ModelCopy(RenderContext context) => _context = context;

    public static TemplateObject Of(TemplateValue model, RenderContext context) =>
        model.IsNull ? new TemplateObject { Owner = context } : new ModelCopy(context).Copy(model, 0).AsObject;

    private TemplateValue Copy(TemplateValue value, int depth)
    {
        if (depth > MaxDepth)
        {
            return value;
        }

        if (value.TryGetObject(out var members))
        {
            if (_copied.TryGetValue(members, out var known))
            {
                return known;
            }

            var copy = new TemplateObject { Owner = _context };
            _copied.Add(members, copy);
            foreach (var member in members)
            {
                copy[member.Key] = Copy(member.Value, depth + 1);
            }

            return copy;
        }

        if (value.TryGetList(out var list))
        {
            if (_copied.TryGetValue(list, out var known))
            {
                return known;
            }

            var copy = new TemplateList(list.Count) { Owner = _context };
            _copied.Add(list, copy);
            foreach (var item in list)
            {
                copy.Add(Copy(item, depth + 1));
            }

            return copy;
        }

        return value;
    }
}
