namespace Nurture.Templating;

/// <summary>A template could not be rendered: what is wrong, and the place of it (1-based) in the template named.</summary>
public sealed class TemplateException(string templateName, int line, int column, Wording said, Wording? advice = null, Exception? inner = null)
    : Exception($"{templateName}({line},{column}) : error : {said}{(advice is null ? "" : " " + advice)}", inner)
{
    public string TemplateName { get; } = templateName;

    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>The message without the place and the hint.</summary>
    public Wording Said { get; } = said;

    /// <summary>What would be right, where that can be said.</summary>
    public Wording? Advice { get; } = advice;

    public string Reason => Said.ToString();

    public string? Hint => Advice?.ToString();
}
