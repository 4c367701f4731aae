using System.Security.Cryptography;
using System.Text;
using Nurture.Storage.Tests.Databases;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Storage.Tests;

public sealed class MailFormsMigrationTests
{
    private const string Former = "20261123000158_IdentityStops";

    private const string Mail = "---\nsubject: 'Welcome, {{ contact.name }}'\npreheader: Three steps\n---\n<p>Hello {{ contact.name }},</p>\n";

    private const string Layout = "<html><body>{{ content }}{{ sender.organization }}, {{ sender.postal_address }}{{ unsubscribe_url }}</body></html>";

    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mail_of_before_there_were_forms_is_sent_as_it_was_and_can_be_edited(bool isPostgres)
    {
        await using DatabaseFixture fixture = isPostgres ? new PostgresFixture { UpTo = Former } : new SqliteFixture { UpTo = Former };
        await fixture.InitializeAsync();
        await FormerAsync(fixture.Database, "welcome.en", 1, "retired", Mail.Replace("Three", "Four"));
        await FormerAsync(fixture.Database, "welcome.en", 2, "live", Mail);
        await FormerAsync(fixture.Database, "layout.en", 1, "live", Layout);

        await fixture.Database.MigrateAsync(Cancel);

        var store = new CatalogStore(fixture.Database);
        var library = await LibraryAsync(store);
        Assert.Equal((MailForm.Html, null), (library.Find("welcome", "en")!.Form, library.Find("welcome", "en")!.TextPartText));
        Assert.Equal(("Welcome, Ann", "<html><body><p>Hello Ann,</p>\nExample Inc., 1 Streethttps://x/u/1</body></html>"), Rendered(library));
        Assert.Equal([2, 1], (await store.VersionsAsync("template", "welcome.en", Cancel)).Select(version => version.Version));
        Assert.Equal("Four steps", (await store.FindAsync("template", "welcome.en", 1, null, Cancel))!.Mail().Preheader!.Text);

        var same = await store.PublishAsync([DocumentDraft.Of(MailTemplate.Parse(Mail, "welcome.en.html"))], "me", Noon, Cancel);
        var edited = await store.PublishAsync([DocumentDraft.Of(MailTemplate.Parse("---\nsubject: 'Welcome, {{ contact.name }}'\npreheader: Three steps\n---\nHello **{{ contact.name }}**,\n", "welcome.en.md", "Hello {{ contact.name }},"))], "me", Noon, Cancel);

        Assert.False(Assert.Single(same).IsNew);
        Assert.Equal((3, true), (Assert.Single(edited).Version, edited[0].IsNew));
        library = await LibraryAsync(store);
        Assert.Equal((MailForm.Markdown, "Hello {{ contact.name }},"), (library.Find("welcome", "en")!.Form, library.Find("welcome", "en")!.TextPartText));
        Assert.Contains("<p>Hello <strong>Ann</strong>,</p>", Rendered(library).Html);
        // What was planned with the former text is still sent with it.
        Assert.Equal(MailForm.Html, (await store.FindAsync("template", "welcome.en", null, HashOf(Mail), Cancel))!.Mail().Form);
    }

    private static async Task<MailTemplateLibrary> LibraryAsync(CatalogStore store) =>
        new((await store.ReadAsync(Cancel)).Documents.Where(document => document.Kind == "template").Select(document => document.Mail()), "en");

    private static (string Subject, string Html) Rendered(MailTemplateLibrary library)
    {
        var template = library.Find("welcome", "en")!;
        Assert.Empty(template.Diagnostics);
        var mail = MailRenderer.Render(template, library.LayoutOf(template), new TemplateObject
        {
            ["contact"] = new TemplateObject { ["name"] = "Ann" },
            ["sender"] = new TemplateObject { ["organization"] = "Example Inc.", ["postal_address"] = "1 Street" },
            ["unsubscribe_url"] = "https://x/u/1",
        }, new RenderOptions { Now = Noon });
        return (mail.Subject, mail.Html);
    }

    private static Task FormerAsync(Database database, string name, int version, string state, string content) =>
        database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction,
            """
            insert into documents (kind, name, version, hash, content, state, published_at, published_by, live_at)
            values ('template', @name, @version, @hash, @content, @state, @noon, 'me', @noon)
            """,
            [("name", name), ("version", version), ("hash", HashOf(content)), ("content", content), ("state", state), ("noon", Noon)], cancel), Cancel);

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
