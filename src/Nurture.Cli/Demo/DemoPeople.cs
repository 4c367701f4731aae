using Bogus;

namespace Nurture.Cli.Demo;

/// <summary>What becomes of an account in the demo.</summary>
internal enum DemoStory
{
    /// <summary>Set up at once, and somebody is there every day.</summary>
    Devoted,

    /// <summary>A few sign-ins a week, as most.</summary>
    Steady,

    /// <summary>A trial that is set up in time and becomes a plan.</summary>
    Trial,

    /// <summary>A trial that nobody ever sets up.</summary>
    Stalled,

    /// <summary>Well used for a while, then silent.</summary>
    Fading,

    /// <summary>Silent, and then it cancels.</summary>
    Leaving,
}

/// <summary>Somebody of an invented company.</summary>
/// <param name="Browser">The anonymous id of the browser they use.</param>
/// <param name="Opens">How likely they open a mail; <paramref name="Clicks"/>, follow a link in one they opened.</param>
internal sealed record DemoPerson(
    string UserId, string Email, string Name, string FirstName, string LastName, string JobTitle, string Role, string Browser, double Opens, double Clicks)
{
    /// <summary>Unsubscribes from the first mail they open.</summary>
    public bool IsTired { get; init; }

    /// <summary>The address does not exist: the first mail to it comes back.</summary>
    public bool IsGone { get; init; }
}

internal sealed record DemoAccount(string Id, string Name, string Locale, string Zone, string Tier, string Owner, string Plan, int Mrr, DemoStory Story, int BeginsOn, IReadOnlyList<DemoPerson> People)
{
    /// <summary>The day on which people stop coming; of those who do.</summary>
    public int FadesOn { get; init; }

    /// <summary>How many days the set-up takes; of those who finish it.</summary>
    public int SetUpDays { get; init; } = 2;

    /// <summary>The day on which a human won them back, and they come again.</summary>
    public int? ReturnsOn { get; set; }

    public bool IsTrial => Story is DemoStory.Trial or DemoStory.Stalled;
}

/// <summary>Invents companies and people: the same ones for the same seed.</summary>
internal sealed class DemoPeople(int seed)
{
    private static readonly (string Written, string Read)[] Surnames =
    [
        ("佐藤", "sato"), ("鈴木", "suzuki"), ("高橋", "takahashi"), ("田中", "tanaka"), ("伊藤", "ito"), ("渡辺", "watanabe"), ("山本", "yamamoto"), ("中村", "nakamura"),
        ("小林", "kobayashi"), ("加藤", "kato"), ("吉田", "yoshida"), ("山田", "yamada"), ("松本", "matsumoto"), ("井上", "inoue"), ("木村", "kimura"), ("清水", "shimizu"),
    ];

    private static readonly (string Written, string Read)[] GivenNames =
    [
        ("花子", "hanako"), ("太郎", "taro"), ("美咲", "misaki"), ("翔太", "shota"), ("陽菜", "hina"), ("健一", "kenichi"), ("由美", "yumi"), ("大輔", "daisuke"),
        ("さくら", "sakura"), ("直樹", "naoki"), ("恵子", "keiko"), ("拓海", "takumi"),
    ];

    private static readonly (string Written, string Read)[] CompanyEndings = [("商事", "shoji"), ("製作所", "seisakusho"), ("システム", "systems"), ("物流", "butsuryu"), ("食品", "shokuhin"), ("建設", "kensetsu")];
    private static readonly string[] JobTitles = ["情報システム部", "経理部", "営業企画部", "代表取締役", "総務部"];
    private static readonly string[] Owners = ["mika.ono@example.com", "james.reed@example.com", "yuki.hara@example.com"];

    // How the accounts of a company that sells by subscription are spread.
    private static readonly (DemoStory Story, float Share)[] Stories =
        [(DemoStory.Devoted, .16f), (DemoStory.Steady, .2f), (DemoStory.Trial, .2f), (DemoStory.Stalled, .18f), (DemoStory.Fading, .2f), (DemoStory.Leaving, .06f)];

    private readonly Randomizer random = new(seed);
    private readonly HashSet<string> taken = [];
    private int people;

    public IReadOnlyList<DemoAccount> Accounts(int count, int days)
    {
        var faker = new Faker("en") { Random = random };
        return [.. Enumerable.Range(0, count).Select(n => Account(faker, n, days))];
    }

    private DemoAccount Account(Faker faker, int n, int days)
    {
        // The first of each story come first, so that a small demo has all of them.
        var story = n < Stories.Length ? Stories[n].Story : n == Stories.Length ? DemoStory.Stalled : random.WeightedRandom([.. Stories.Select(s => s.Story)], [.. Stories.Select(s => s.Share)]);
        var isJapanese = random.Bool(.55f);
        var (name, slug) = isJapanese ? JapaneseCompany() : EnglishCompany(faker);
        var zone = isJapanese ? "Asia/Tokyo" : random.ArrayElement(["Europe/London", "Europe/Berlin", "America/New_York"]);
        // Trials arrive all through, customers were there soon after the beginning.
        var beginsOn = story is DemoStory.Trial or DemoStory.Stalled ? random.Int(1, Math.Max(1, (days * 2 / 3) - 1)) : random.Int(0, Math.Max(0, days / 8));
        var tier = story is DemoStory.Trial or DemoStory.Stalled ? "tech" : random.WeightedRandom(["tech", "low", "high"], [.6f, .25f, .15f]);
        var size = random.Int(1, tier == "high" ? 6 : 4);
        var people = Enumerable.Range(0, size).Select(i => Person(faker, slug, isJapanese, i == 0 ? "admin" : random.ArrayElement(["operator", "member", "billing"]))).ToList();
        // One address that does not exist is enough to see what that looks like.
        if (n == Stories.Length) people[0] = people[0] with { IsGone = true };
        // And some do not want mails.
        if (n % 9 == 3) people[0] = people[0] with { IsTired = true, Opens = 1 };
        return new(
            $"{slug}-{n + 1}", name, isJapanese ? "ja" : "en", zone, tier, random.ArrayElement(Owners), story is DemoStory.Trial or DemoStory.Stalled ? "trial" : tier == "high" ? "enterprise" : "pro",
            tier == "high" ? random.Int(20, 60) * 10_000 : random.Int(2, 12) * 10_000, story, beginsOn, people)
        {
            FadesOn = beginsOn + random.Int(Math.Max(4, days / 6), Math.Max(5, days * 2 / 3)),
            SetUpDays = story == DemoStory.Trial ? random.Int(2, 6) : 2,
        };
    }

    private DemoPerson Person(Faker faker, string slug, bool isJapanese, string role)
    {
        var (first, last, readFirst, readLast) = ("", "", "", "");
        if (isJapanese)
        {
            var (surname, given) = (random.ArrayElement(Surnames), random.ArrayElement(GivenNames));
            (first, last, readFirst, readLast) = (given.Written, surname.Written, given.Read, surname.Read);
        }
        else
        {
            (first, last) = (faker.Name.FirstName(), faker.Name.LastName());
            (readFirst, readLast) = (Plain(first), Plain(last));
        }

        var n = ++people;
        var address = $"{readFirst}.{readLast}@{slug}.example";
        if (!taken.Add(address)) address = $"{readFirst}.{readLast}{n}@{slug}.example";
        return new(
            $"user-{n}", address, isJapanese ? $"{last} {first}" : $"{first} {last}", first, last, isJapanese ? random.ArrayElement(JobTitles) : faker.Name.JobTitle(), role, $"browser-{n}",
            random.Double(.3, .95), random.Double(.1, .6));
    }

    private (string Name, string Slug) JapaneseCompany()
    {
        var (surname, ending) = (random.ArrayElement(Surnames), random.ArrayElement(CompanyEndings));
        return ($"{surname.Written}{ending.Written}株式会社", $"{surname.Read}-{ending.Read}");
    }

    private (string Name, string Slug) EnglishCompany(Faker faker)
    {
        var name = faker.Company.CompanyName();
        return (name, Plain(name));
    }

    private static string Plain(string name) =>
        string.Join('-', name.ToLowerInvariant().Split([' ', ',', '-', '.', '\''], StringSplitOptions.RemoveEmptyEntries)
            .Select(part => string.Concat(part.Where(char.IsAsciiLetterOrDigit))).Where(part => part.Length > 0 && part is not "and"));
}
