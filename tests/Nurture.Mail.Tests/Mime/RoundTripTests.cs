using System.Text;
using System.Text.Json;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Mime;

/// <summary>Whatever goes in comes out again, by our own small reader and by Python's.</summary>
public sealed class RoundTripTests
{
    // 100,000 in the long run (NURTURE_ROUNDS).
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("NURTURE_ROUNDS") ?? "500");

    [Fact]
    public void Random_text_survives_in_subject_names_headers_and_bodies()
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var message = Random(seed);

            var bytes = Mails.Bytes(message);

            var read = new MailReader(bytes);
            Expect(seed, message.Subject, read.Text("Subject"));
            Expect(seed, message.To.DisplayName, read.DisplayName("To"));
            Expect(seed, Crlf(message.TextBody), read.Parts[0].Body);
            Expect(seed, Crlf(message.HtmlBody!), read.Parts[1].Body);
            ExpectLines(seed, bytes);
        }
    }

    [Fact]
    public async Task Random_text_survives_by_Pythons_reader()
    {
        var python = Judges.Program("python3");
        using var folder = new TempFolder();
        var expected = new List<object>();
        for (var seed = 0; seed < Math.Min(Rounds, 5000); seed++)
        {
            var message = Random(seed);
            await File.WriteAllBytesAsync(folder.File($"{seed}.eml"), Mails.Bytes(message), TestContext.Current.CancellationToken);
            expected.Add(new { seed, subject = message.Subject, name = message.To.DisplayName ?? "", text = Crlf(message.TextBody), html = Crlf(message.HtmlBody!) });
        }
        await File.WriteAllTextAsync(folder.File("expected.json"), JsonSerializer.Serialize(expected), TestContext.Current.CancellationToken);
        // The legacy header parser (compat32) with decode_header is the one that keeps white space as written.
        await File.WriteAllTextAsync(folder.File("read.py"),
            """
            import sys, json, re, email, email.header, email.utils
            folder = sys.argv[1]; bad = 0
            def words(s): return ''.join(b if isinstance(b, str) else b.decode(c or 'ascii') for b, c in email.header.decode_header(s))
            for e in json.load(open(folder + '/expected.json', encoding='utf-8')):
                m = email.message_from_bytes(open('%s/%d.eml' % (folder, e['seed']), 'rb').read())
                unfold = lambda s: re.sub('\r?\n(?=[ \t])', '', s)
                name = email.utils.parseaddr(unfold(m['To']))[0]
                text, html = m.get_payload()
                got = dict(seed=e['seed'], subject=words(unfold(m['Subject'] or '')), name=words(name),
                           text=text.get_payload(decode=True).decode('utf-8'), html=html.get_payload(decode=True).decode('utf-8'))
                if got != e:
                    bad += 1
                    if bad < 4: print({k: (e[k], got[k]) for k in e if e[k] != got[k]}, e['seed'])
            print(bad, 'differ')
            sys.exit(bad > 0)
            """, TestContext.Current.CancellationToken);

        var (exit, output) = await Judges.RunAsync(python, folder.File("read.py"), folder.Path);

        Assert.True(exit == 0, output);
    }

    private static EmailMessage Random(int seed)
    {
        var random = new RandomText(seed);
        return Mails.Simple with
        {
            To = new(random.Line(6), "bob", "example.net"),
            Subject = random.Line(20),
            TextBody = random.Text(20),
            HtmlBody = random.Text(20),
            BoundarySeed = (ulong)seed,
        };
    }

    private static void ExpectLines(int seed, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 998, $"seed {seed}: a line of {line.Length}"));
        foreach (var line in text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n"))
        {
            Assert.True(line.AsSpan().ContainsAnyExcept(" \t"), $"seed {seed}: a blank folded line");
            Assert.True(line.Length <= 76 || !line.Contains("=?utf-8?"), $"seed {seed}: {line}");
        }
        Assert.DoesNotMatch("(?<!\r)\n|\r(?!\n)", text);
    }

    private static string Crlf(string text) => text.Replace("\r\n", "\n").Replace('\r', '\n').Replace("\n", "\r\n");

    private static void Expect(int seed, string? expected, string? actual) =>
        Assert.True(expected == actual, $"seed {seed}: expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(actual)}");
}
