namespace Nurture.Templating.Runtime;

/// <summary>Which members values have: of objects their own, of others what the language gives them.</summary>
internal static class MemberAccess
{
    /// <summary>Null where the value has no such member.</summary>
    public static TemplateValue? Find(RenderContext context, TemplateValue value, string name) => value.Kind switch
    {
        TemplateValueKind.Object => value.AsObject.TryGet(name, out var member) ? member : (TemplateValue?)null,
        TemplateValueKind.List => OfList(value.AsList, name),
        TemplateValueKind.Text when name == "size" => value.AsText.Length,
        TemplateValueKind.Date => Dates.Member(context.Shown(value.AsDate), name),
        TemplateValueKind.Duration => Dates.Member(value.AsDuration, name),
        _ => null,
    };

    private static TemplateValue? OfList(TemplateList list, string name) =>
        list.Members is { } own && own.TryGet(name, out var found) ? found : name == "size" ? list.Count : (TemplateValue?)null;
}
