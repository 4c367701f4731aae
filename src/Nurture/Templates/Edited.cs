using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>The body of a mail whose text a human has written anew: paragraphs, whose lines stay lines; below them the answers, where it asks.</summary>
internal static class Edited
{
    public static Template Body { get; } = Template.Parse(
        """
        {{ for paragraph in edited.paragraphs }}<p style="white-space:pre-line">{{ paragraph }}</p>
        {{ end }}{{ if ask }}<p>{{ for answer in ask.answers }}<a href="{{ answer.url }}" style="display:inline-block;padding:6px 10px">{{ answer.label }}</a> {{ end }}</p>
        {{ end }}
        """, "edited", TemplateOptions.Html);
}
