using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public abstract class CatalogStoreTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private CatalogStore Store => new(fixture.Database);

    [Fact]
    public async Task The_same_content_stays_the_same_version_and_changes_nothing()
    {
        var draft = new DocumentDraft("template", "same", "h1", "hello");

        var first = await Store.PublishAsync([draft], "me", Noon, Cancel);
        var revision = await Store.RevisionAsync(Cancel);
        var again = await Store.PublishAsync([draft], "you", Noon.AddDays(1), Cancel);

        Assert.Equal([new PublishedVersion("template", "same", 1, true)], first);
        Assert.Equal([new PublishedVersion("template", "same", 1, false)], again);
        Assert.Equal(revision, await Store.RevisionAsync(Cancel));
    }

    [Fact]
    public async Task A_new_version_retires_the_one_before_and_raises_the_revision()
    {
        await Store.PublishAsync([new("scenario", "trial", "h1", "one"), new("template", "welcome", "t1", "w1")], "me", Noon, Cancel);
        var revision = await Store.RevisionAsync(Cancel);
        await Store.PublishAsync([new("scenario", "trial", "h2", "two"), new("template", "welcome", "t2", "w2")], "me", Noon.AddDays(1), Cancel);

        var content = await Store.ReadAsync(Cancel);

        Assert.Equal(revision + 1, content.Revision);
        Assert.Equal([(1, DocumentState.Retired, "one"), (2, DocumentState.Live, "two")],
            content.Documents.Where(d => d is { Kind: "scenario", Name: "trial" }).Select(d => (d.Version, d.State, d.Content)));
        Assert.Equal(["w2"], content.Documents.Where(d => d is { Kind: "template", Name: "welcome" }).Select(d => d.Content));
        Assert.Equal(2, content.Switches.Single(s => s.Name == "trial").LiveVersion);
        Assert.Equal("w1", (await Store.FindAsync("template", "welcome", null, "t1", Cancel))!.Content);
        Assert.Equal([2, 1], (await Store.VersionsAsync("scenario", "trial", Cancel)).Select(d => d.Version));
    }

    [Rule(13)]
    [Fact]
    public async Task A_version_whose_criteria_are_not_covered_waits_until_they_are()
    {
        var draft = new DocumentDraft("scenario", "silent", "h1", "one", IsPrepared: false) { Criteria = new Dictionary<long, string> { [-42] = "count(login, 14d)" } };
        await Store.PublishAsync([draft], "me", Noon, Cancel);
        var before = await Store.ReadAsync(Cancel);

        Assert.True(await Store.GoLiveAsync("scenario", "silent", 1, new Dictionary<long, DateTimeOffset> { [-42] = Noon.AddDays(-30) }, Noon.AddHours(1), Cancel));
        Assert.False(await Store.GoLiveAsync("scenario", "silent", 1, new Dictionary<long, DateTimeOffset>(), Noon.AddHours(2), Cancel));
        var after = await Store.ReadAsync(Cancel);

        Assert.Equal(DocumentState.Preparing, before.Documents.Single(d => d.Name == "silent").State);
        Assert.Null(before.Criteria.Single(c => c.Key == -42).CoveredSince);
        Assert.DoesNotContain(before.Switches, s => s.Name == "silent");
        Assert.Equal((DocumentState.Live, Noon.AddHours(1)), (after.Documents.Single(d => d.Name == "silent").State, after.Documents.Single(d => d.Name == "silent").LiveAt));
        Assert.Equal(Noon.AddDays(-30), after.Criteria.Single(c => c.Key == -42).CoveredSince);
        Assert.Equal(before.Revision + 1, after.Revision);
    }

    [Fact]
    public async Task What_was_covered_once_and_counted_no_more_is_covered_anew()
    {
        var criteria = new Dictionary<long, string> { [-43] = "count(login, 14d)", [-44] = "count(page, 14d)" };
        await Store.PublishAsync([new("segments", "dropped", "h1", "one", IsPrepared: false) { Criteria = criteria, Uncounted = [-43, -44] }], "me", Noon, Cancel);
        await Store.GoLiveAsync("segments", "dropped", 1, criteria.Keys.ToDictionary(key => key, _ => DateTimeOffset.UnixEpoch), Noon, Cancel);

        await Store.PublishAsync([new("segments", "dropped", "h2", "two", IsPrepared: false) { Criteria = criteria, Uncounted = [-44] }], "me", Noon, Cancel);
        var content = await Store.ReadAsync(Cancel);

        Assert.Equal([null, DateTimeOffset.UnixEpoch], content.Criteria.Where(c => criteria.ContainsKey(c.Key)).OrderBy(c => c.Key).Select(c => c.CoveredSince));
        Assert.Equal([DocumentState.Live, DocumentState.Preparing], content.Documents.Where(d => d is { Kind: "segments", Name: "dropped" }).Select(d => d.State));
    }

    [Fact]
    public async Task A_late_preparation_does_not_replace_a_later_version()
    {
        await Store.PublishAsync([new("scenario", "raced", "h1", "one", IsPrepared: false)], "me", Noon, Cancel);
        await Store.PublishAsync([new("scenario", "raced", "h2", "two")], "me", Noon, Cancel);

        Assert.False(await Store.GoLiveAsync("scenario", "raced", 1, new Dictionary<long, DateTimeOffset>(), Noon, Cancel));
        Assert.Equal(2, (await Store.ReadAsync(Cancel)).Switches.Single(s => s.Name == "raced").LiveVersion);
    }

    [Fact]
    public async Task Pausing_and_resuming_are_each_said_once()
    {
        await Store.PublishAsync([new("scenario", "paused", "h", "x")], "me", Noon, Cancel);
        var revision = await Store.RevisionAsync(Cancel);

        Assert.True(await Store.PauseAsync("paused", "ann", "Typo in the mail", Noon, Cancel));
        Assert.False(await Store.PauseAsync("paused", "bob", null, Noon, Cancel));
        Assert.Equal(new ScenarioSwitch("paused", 1, Noon, "ann", "Typo in the mail"), (await Store.ReadAsync(Cancel)).Switches.Single(s => s.Name == "paused"));
        Assert.True(await Store.ResumeAsync("paused", "ann", Noon, Cancel));
        Assert.False(await Store.ResumeAsync("paused", "ann", Noon, Cancel));
        Assert.Equal(revision + 2, await Store.RevisionAsync(Cancel));
    }

    [Fact]
    public async Task Publications_at_once_come_one_after_another()
    {
        var before = await Store.RevisionAsync(Cancel);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => Store.PublishAsync([new("plan", "crowd", $"h{n}", $"{n}")], "me", Noon, Cancel), Cancel)));

        Assert.Equal(Enumerable.Range(1, 8).Reverse(), (await Store.VersionsAsync("plan", "crowd", Cancel)).Select(d => d.Version));
        Assert.Equal(before + 8, await Store.RevisionAsync(Cancel));
    }
}

public sealed class CatalogStoreOnSqlite(SqliteFixture fixture) : CatalogStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class CatalogStoreOnPostgres(PostgresFixture fixture) : CatalogStoreTests(fixture), IClassFixture<PostgresFixture>;
