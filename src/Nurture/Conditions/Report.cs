using Nurture.Scenarios;
using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>Collects what is wrong with one condition, at its place in the file.</summary>
internal sealed class Report(string text, ConditionScope scope, ICollection<Diagnostic> diagnostics)
{
    public bool HasErrors { get; private set; }

    public void Error(string code, SourceSpan at, Wording message, Wording? hint = null)
    {
        HasErrors = true;
        diagnostics.Add(new Diagnostic(code, Severity.Error, scope.File, InFile(at), message, hint));
    }

    public void Warn(string code, SourceSpan at, Wording message, Wording? hint = null) =>
        diagnostics.Add(new Diagnostic(code, Severity.Warning, scope.File, InFile(at), message, hint));

    public static SourceSpan At(int start, int length) => new(start, length, 0, 0);

    // Lines are counted here, from the offset, since the parser sees all of it as one line. The lines of a YAML block are
    // indented alike, so that the column of the first one shifts them all.
    private SourceSpan InFile(SourceSpan at)
    {
        var start = Math.Min(at.Start, text.Length);
        var before = text.AsSpan(0, start);
        var line = before.Count('\n');
        var column = start - (before.LastIndexOf('\n') + 1);
        return new(scope.Origin.Start + start, at.Length, scope.Origin.Line + line, scope.Origin.Column + column);
    }
}
