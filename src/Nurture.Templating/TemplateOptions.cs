using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>Which rules a template follows.</summary>
public enum TemplateProfile
{
    /// <summary>For mails: unknown names are errors unless the author provides for them, limits are errors, no auto-indent.</summary>
    Mail,

    /// <summary>As the published language behaves: nothing is escaped, missing members are null, indented blocks indent what they print.</summary>
    Compatible,
}

/// <summary>What is decided when a template is parsed.</summary>
public sealed record TemplateOptions
{
    /// <summary>A mail's subject or text part.</summary>
    public static TemplateOptions Text { get; } = new();

    /// <summary>A mail's HTML part: every value printed is escaped.</summary>
    public static TemplateOptions Html { get; } = new() { IsHtml = true };

    public static TemplateOptions Compatible { get; } = new() { Profile = TemplateProfile.Compatible };

    public TemplateProfile Profile { get; init; } = TemplateProfile.Mail;

    /// <summary>Values are escaped when printed, unless they are markup already (<c>raw</c>, captures and includes of HTML).</summary>
    public bool IsHtml { get; init; }

    /// <summary>What is answered before a template runs; null where nobody answers.</summary>
    public FactLanguage? Facts { get; init; }

    /// <summary>How deep expressions and blocks may be nested.</summary>
    public int MaxNesting { get; init; } = Parser.DefaultDepthLimit;

    /// <summary>Compatible profile only: an unknown variable is an error.</summary>
    public bool HasStrictVariables { get; init; }

    /// <summary>Compatible profile only: a member of null is null.</summary>
    public bool ToleratesNullTargets { get; init; }

    /// <summary>Compatible profile only: a function that never returns a value may be called as a statement, not within an expression.</summary>
    public bool RefusesStatementCalls { get; init; }

    internal bool IsMail => Profile == TemplateProfile.Mail;
}
