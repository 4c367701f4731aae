using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>A comparison that a template makes, with what is known of its sides before it runs; a <c>when</c> compares with its <c>case</c>.</summary>
/// <param name="Left">All that it may be: <c>a ?? "b"</c> is one of two.</param>
public sealed record TemplateComparison(BinaryOperator Operator, IReadOnlyList<ComparedValue> Left, IReadOnlyList<ComparedValue> Right, SourceSpan Span);

/// <param name="Path">What is read from the model: <c>account.plan</c>; null for what the template makes itself.</param>
/// <param name="Literal">What stands there, where it is a text, a number or a yes or no.</param>
public sealed record ComparedValue(ComparedKind Kind, SourceSpan Span, string? Path = null, object? Literal = null);

public enum ComparedKind
{
    /// <summary>Nothing is known, or only the model knows.</summary>
    Unknown,
    Number,
    Text,
    Boolean,
    Date,
    Duration,
}
