using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>A mistake found in a template or expression before anything runs.</summary>
/// <param name="Hint">What would be right, where that can be said.</param>
public sealed record TemplateDiagnostic(SourceSpan Span, string Message, string? Hint = null);
