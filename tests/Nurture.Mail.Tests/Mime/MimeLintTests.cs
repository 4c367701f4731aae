using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Mime;

/// <summary>The judge of octets: tools/mime_lint.py over everything that tends to go wrong.</summary>
public sealed class MimeLintTests
{
    public static TheoryData<string> Kinds => ["ja", "calendar", "emoji", "rtl", "long name", "long lines", "specials", "random"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Generated_mails_break_no_rule(string kind) => await LintAsync(Of(kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Signed_bulk_mails_break_no_rule(string kind) =>
        await LintAsync(Of(kind).Select(Mails.Bulk), "--bulk");

    private static async Task LintAsync(IEnumerable<EmailMessage> messages, params string[] options)
    {
        var (lint, python) = (Judges.Tool("mime_lint.py"), Judges.Program("python3"));
        using var folder = new TempFolder();
        var files = new List<string>();
        foreach (var message in messages)
        {
            files.Add(folder.File($"{files.Count}.eml"));
            await File.WriteAllBytesAsync(files[^1], Keys.Sign(Mails.Bytes(message)), TestContext.Current.CancellationToken);
        }

        var (exit, output) = await Judges.RunAsync(python, [lint, .. options, .. files]);

        Assert.True(exit == 0, string.Join('\n', output.Split('\n').Where(l => l.StartsWith("FAIL")).Take(5)));
        Assert.Equal(files.Count, output.Split('\n').Count(l => l.StartsWith("ok")));
    }

    private static IEnumerable<EmailMessage> Of(string kind) => kind switch
    {
        "ja" => [Mails.Japanese],
        "calendar" =>
        [
            .. new[] { false, true }.Select(isCancelled => Mails.Japanese with
            {
                Calendar = new()
                {
                    Uid = "demo@example.com", Sequence = 1, IsCancelled = isCancelled, Stamp = Mails.Japanese.Date, StartsAt = Mails.Japanese.Date.AddDays(3), EndsAt = Mails.Japanese.Date.AddDays(3).AddHours(1),
                    Summary = "はじめての活用セミナー:導入から定着までの三十日間で何をするか", Link = "https://meet.example.com/demo", Organizer = Mails.Japanese.From, Attendee = Mails.Japanese.To,
                },
            }),
        ],
        "emoji" => [Mails.Japanese with { Subject = string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦🇯🇵🎉", 20)), TextBody = "🎉\n" }],
        "rtl" => [Mails.Japanese with { Subject = "مرحبا بك في تجربتك المجانية لمدة أربعة عشر يوما مع فريقنا", To = new("משה כהן", "moshe", "example.org") }],
        "long name" =>
        [
            Mails.Japanese with { To = new(string.Join(' ', Enumerable.Repeat("Bartholomew", 20)), "b", "example.org") },
            Mails.Japanese with { To = new(string.Join(", ", Enumerable.Repeat("Bartholomew", 20)), "b", "example.org") },
            Mails.Japanese with { To = new(string.Concat(Enumerable.Repeat("寿限無", 40)), "b", "example.org") },
            Mails.Japanese with { To = new(new string('n', 300), "b", "example.org") },
        ],
        "long lines" =>
        [
            Mails.Japanese with { Subject = new string('s', 500), TextBody = new string('t', 5000), HtmlBody = $"<p>{new string('h', 50_000)}</p>" },
            Mails.Japanese with { TextBody = new string('あ', 5000), HtmlBody = string.Concat(Enumerable.Repeat("<b>é</b> ", 5000)) },
        ],
        "specials" =>
        [
            Mails.Japanese with { To = new("Ann \"the\" \\ O'Neil, (Dr.); <x>", "a..b", "docomo.ne.jp"), Subject = "=?utf-8?B?nope?= 100% <b>" },
            Mails.Simple with { Subject = "", TextBody = "" },
            Mails.Simple with { TextBody = "", HtmlBody = "" },
        ],
        "random" => Enumerable.Range(0, 60).Select(seed =>
        {
            var random = new RandomText(seed);
            return Mails.Japanese with
            {
                To = new(random.Line(8), "bob", "example.net"),
                Subject = random.Line(20),
                TextBody = random.Text(30),
                HtmlBody = random.Next(4) == 0 ? null : random.Text(30),
            };
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
