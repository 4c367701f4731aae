using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>A mistake found in a template or expression before anything runs.</summary>
/// <param name="Advice">What would be right, where that can be said.</param>
public sealed record TemplateDiagnostic(SourceSpan Span, Wording Said, Wording? Advice = null)
{
    public string Message => Said.ToString();

    public string? Hint => Advice?.ToString();
}
