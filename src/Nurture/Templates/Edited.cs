using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>The body of a mail whose text a human has written anew: paragraphs, whose lines stay lines.</summary>
internal static class Edited
{
    public static Template Body { get; } = Template.Parse(
        "{{ for paragraph in edited.paragraphs }}<p style=\"white-space:pre-line\">{{ paragraph }}</p>\n{{ end }}", "edited", TemplateOptions.Html);
}
