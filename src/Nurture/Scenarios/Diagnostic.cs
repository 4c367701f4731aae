using Nurture.Simulation;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

public enum Severity { Warning, Error }

/// <summary>
/// A mistake of the author's, collected and never thrown. <see cref="ToString()"/> is what the command line and the pages
/// show: <c>NUR014 trial.yaml(12,5): template "wellcome" is not defined. Did you mean "welcome"?</c>
/// </summary>
/// <param name="Code">Stable, <c>NUR</c> and three digits; the list is <see cref="DiagnosticCodes"/>.</param>
public sealed record Diagnostic(string Code, Severity Severity, string File, SourceSpan Span, Wording Said, Wording? Advice = null)
{
    public string Message => Said.ToString();

    public string? Hint => Advice?.ToString();

    public override string ToString() => ToString(Language.English);

    public string ToString(Language language) =>
        $"{Code} {File}({Span.Line},{Span.Column}): {(Severity == Severity.Error ? "" : language == Language.Japanese ? "警告: " : "warning: ")}{Said.In(language)}{(Advice is null ? "" : (language == Language.Japanese ? "" : " ") + Advice.In(language))}";
}
