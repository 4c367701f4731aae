namespace Nurture.Templating.Runtime;

/// <summary>A mistake found where the place is not known; the node that asked turns it into a <see cref="TemplateException"/>.</summary>
internal sealed class TemplateFault(Wording said, Wording? advice = null) : Exception(said.ToString())
{
    public Wording Said { get; } = said;

    public Wording? Advice { get; } = advice;

    /// <summary>Of an operator's fault: to be placed at the left side rather than at the operator.</summary>
    public bool IsAtLeftSide { get; init; }
}
