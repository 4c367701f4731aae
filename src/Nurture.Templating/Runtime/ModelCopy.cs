namespace Nurture.Templating.Runtime;

/// <summary>A copy of the model for templates of the compatible profile, which may change what they are given.</summary>
internal static class ModelCopy
{
    private const int MaxDepth = 64;

    public static TemplateObject Of(TemplateValue model, RenderContext context) =>
        model.IsNull ? new TemplateObject { Owner = context } : Copy(model, context, 0).AsObject;

    private static TemplateValue Copy(TemplateValue value, RenderContext context, int depth)
    {
        if (depth > MaxDepth)
        {
            return value;
        }

        if (value.TryGetObject(out var members))
        {
            var copy = new TemplateObject { Owner = context };
            foreach (var member in members)
            {
                copy[member.Key] = Copy(member.Value, context, depth + 1);
            }

            return copy;
        }

        if (value.TryGetList(out var list))
        {
            var copy = new TemplateList(list.Count) { Owner = context };
            foreach (var item in list)
            {
                copy.Add(Copy(item, context, depth + 1));
            }

            return copy;
        }

        return value;
    }
}
