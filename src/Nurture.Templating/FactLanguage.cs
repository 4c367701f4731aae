using System.Collections.Frozen;
using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>
/// What whoever makes the model answers before a template runs, since the model itself does not hold it: calls of functions that
/// look at more than their arguments, and paths. The answers stand in the model under <see cref="Member"/>, each by its text.
/// </summary>
public sealed record FactLanguage
{
    public const string Member = "facts";

    /// <summary>Among the answers: the day it is, for what counts days.</summary>
    public const string Today = "today";

    /// <summary><c>count</c>: called with what is written out, and with paths that begin with one of <see cref="Heads"/>.</summary>
    public required FrozenSet<string> Functions { get; init; }

    /// <summary>Whom a function may be asked of: <c>account.count(…)</c>.</summary>
    public required FrozenSet<string> Receivers { get; init; }

    public required FrozenSet<string> Heads { get; init; }

    /// <summary><c>account.health.band</c>: paths that are answered by themselves. A comparison with one is answered as a whole.</summary>
    public required FrozenSet<string> Paths { get; init; }
}

/// <summary>A part of a template's code that is answered before it runs.</summary>
public sealed record TemplateFact(string Text, SourceSpan Span);
