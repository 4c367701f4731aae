namespace Nurture.Templating.Syntax;

/// <summary>An expression parsed on its own, outside any template: <see cref="Root"/> is null exactly when it could not be read.</summary>
public sealed record ParsedExpression(string Text, Expression? Root, IReadOnlyList<TemplateDiagnostic> Diagnostics);
