namespace Nurture.Templates;

/// <summary>How a mail's body is written: its file's ending says it.</summary>
public enum MailForm
{
    /// <summary><c>welcome.en.html</c></summary>
    Html,

    /// <summary><c>welcome.en.md</c></summary>
    Markdown,

    /// <summary><c>welcome.en.blocks.yaml</c></summary>
    Blocks,
}

public static class MailForms
{
    /// <summary>With its dot.</summary>
    public static string Ending(this MailForm form) => form switch
    {
        MailForm.Html => ".html",
        MailForm.Markdown => ".md",
        MailForm.Blocks => ".blocks.yaml",
    };

    public const string TextEnding = ".txt";

    /// <summary>Null for a file that holds no mail.</summary>
    public static MailForm? Of(string file) => Enum.GetValues<MailForm>().Select(form => (MailForm?)form).FirstOrDefault(form => file.EndsWith(form!.Value.Ending(), StringComparison.Ordinal));

    /// <summary>As the API and the database call it.</summary>
    public static string Word(this MailForm form) => form switch
    {
        MailForm.Html => "html",
        MailForm.Markdown => "markdown",
        MailForm.Blocks => "blocks",
    };

    /// <summary>HTML where nothing is said.</summary>
    /// <exception cref="ArgumentException">No form is called so.</exception>
    public static MailForm Read(string? word) => word is null ? MailForm.Html
        : Enum.GetValues<MailForm>().Where(form => form.Word() == word).Select(form => (MailForm?)form).FirstOrDefault() ?? throw new ArgumentException($"No form of mails is called \"{word}\".", nameof(word));
}
