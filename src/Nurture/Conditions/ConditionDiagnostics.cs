namespace Nurture.Conditions;

/// <summary>The codes of what can be wrong in a condition.</summary>
public static class ConditionDiagnostics
{
    /// <summary>The text is no expression: a bracket, a quote or an operator is missing or too many.</summary>
    public const string Syntax = "NUR200";

    /// <summary>Where yes or no is needed, there is a number, a text or a moment.</summary>
    public const string NotBoolean = "NUR201";

    /// <summary>A length without quotes: <c>14d</c>.</summary>
    public const string UnquotedLength = "NUR202";

    /// <summary>A window that is missing, computed, or no length.</summary>
    public const string BadLength = "NUR203";

    /// <summary>A name that begins no path.</summary>
    public const string UnknownName = "NUR204";

    /// <summary>A function that does not exist, or not for whom it is asked.</summary>
    public const string UnknownFunction = "NUR205";

    /// <summary>An attribute that the tracking plan does not name.</summary>
    public const string UnknownAttribute = "NUR206";

    /// <summary>A field that the tracking plan does not name for the event.</summary>
    public const string UnknownField = "NUR207";

    /// <summary>An event that the tracking plan does not name (a warning).</summary>
    public const string UnknownEvent = "NUR208";

    /// <summary>Arguments that are missing, too many, computed, or of the wrong kind.</summary>
    public const string BadArguments = "NUR209";

    /// <summary>Text and numbers, moments and text, or other kinds that do not compare or compute together.</summary>
    public const string TypeMismatch = "NUR210";

    /// <summary>A part of the template language that conditions do not have.</summary>
    public const string NotInConditions = "NUR211";

    /// <summary>What cannot be asked where the condition stands.</summary>
    public const string NotHere = "NUR212";

    /// <summary><c>!=</c> is also true where nothing is known (a warning).</summary>
    public const string MayBeAbsent = "NUR213";

    /// <summary>Not opened is no proof of not read (a warning).</summary>
    public const string OpenedProvesNothing = "NUR214";

    /// <summary>A fact of the account is asked of one person (a warning).</summary>
    public const string AccountFact = "NUR215";

    /// <summary>More is compared than is kept exactly (a warning).</summary>
    public const string Approximate = "NUR216";

    /// <summary>A template that the scenario does not send.</summary>
    public const string UnknownTemplate = "NUR217";

    /// <summary>A comparison that can only have one answer (a warning).</summary>
    public const string AlwaysTheSame = "NUR218";

    /// <summary>A value outside of a closed list (a warning).</summary>
    public const string UnknownValue = "NUR219";

    /// <summary>A text that should be a day or a moment in ISO 8601.</summary>
    public const string BadMoment = "NUR220";

    /// <summary>A segment that segments.yaml does not define.</summary>
    public const string UnknownSegment = "NUR221";

    /// <summary>Every code with its meaning in one line.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [Syntax] = "The text is no expression: a bracket, a quote or an operator is missing or too many.",
        [NotBoolean] = "Where yes or no is needed, there is a number, a text or a moment.",
        [UnquotedLength] = "A length stands without quotes.",
        [BadLength] = "A window is missing, computed, or no length.",
        [UnknownName] = "A name begins no path.",
        [UnknownFunction] = "A function does not exist, or not for whom it is asked.",
        [UnknownAttribute] = "An attribute is not in the tracking plan.",
        [UnknownField] = "A field is not in the tracking plan for its event.",
        [UnknownEvent] = "An event is not in the tracking plan.",
        [BadArguments] = "Arguments are missing, too many, computed, or of the wrong kind.",
        [TypeMismatch] = "Kinds of values meet that do not compare or compute together.",
        [NotInConditions] = "Conditions do not have this part of the template language.",
        [NotHere] = "This cannot be asked where the condition stands.",
        [MayBeAbsent] = "!= is also true where nothing is known.",
        [OpenedProvesNothing] = "Not opened is no proof of not read.",
        [AccountFact] = "A fact of the account is asked of one person.",
        [Approximate] = "More is compared than is kept exactly.",
        [UnknownTemplate] = "The scenario sends no such template.",
        [AlwaysTheSame] = "The comparison can only have one answer.",
        [UnknownValue] = "The value is not in a closed list.",
        [BadMoment] = "The text should be a day or a moment in ISO 8601.",
        [UnknownSegment] = "There is no such segment.",
    };
}
