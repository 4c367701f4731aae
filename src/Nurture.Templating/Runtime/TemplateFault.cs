namespace Nurture.Templating.Runtime;

/// <summary>A mistake found where the place is not known; the node that asked turns it into a <see cref="TemplateException"/>.</summary>
internal sealed class TemplateFault(string reason, string? hint = null) : Exception(reason)
{
    public string? Hint { get; } = hint;

    /// <summary>Of an operator's fault: to be placed at the left side rather than at the operator.</summary>
    public bool IsAtLeftSide { get; init; }
}
