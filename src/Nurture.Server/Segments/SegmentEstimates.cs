using System.Diagnostics;
using Nurture.Criteria;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Segments;

/// <summary>What has to be filled from history before a definition goes live.</summary>
/// <param name="Counts">What is counted anew, as <c>contact.count("login", 14d)</c>.</param>
/// <param name="Subjects">How many are walked.</param>
/// <param name="Events">How many of their events are read, about.</param>
/// <param name="Seconds">How long that takes, about, while nothing else is waiting.</param>
/// <param name="IsSampled">Whether events and time are reckoned from some of the subjects.</param>
public sealed record SegmentEstimate(IReadOnlyList<string> Counts, long Subjects, long Events, double Seconds, bool IsSampled);

/// <summary>Reads the histories of some subjects, spread over all ids, and reckons from them what all would take.</summary>
internal sealed class SegmentEstimates(WalkStore walks, SubjectStates states, CatalogSource catalogs)
{
    private const int Places = 20;
    private const int PerPlace = 10;

    /// <summary>What a subject takes beside its history: a row of the log, its state read and written.</summary>
    private const double UsualMilliseconds = 0.5;

    public async Task<SegmentEstimate> OfAsync(IEnumerable<Criterion> criteria, CancellationToken cancel)
    {
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var uncounted = criteria.Where(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)).DistinctBy(criterion => criterion.Key).ToList();
        var estimate = new SegmentEstimate([.. uncounted.Select(criterion => criterion.Definition)], 0, 0, 0, false);
        foreach (var kind in uncounted.Select(criterion => criterion.Subject).Distinct())
        {
            var subjects = await walks.SubjectsAsync(kind, cancel);
            if (subjects == 0) continue;
            var stops = await SampleAsync(kind, subjects, cancel);
            var own = uncounted.Where(criterion => criterion.Subject == kind).ToList();
            var asked = await states.ReadAsync(kind, stops, cancel);
            var began = Stopwatch.GetTimestamp();
            var events = await states.FillAsync(own, asked, cancel);
            var milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var share = (double)subjects / Math.Max(1, stops.Count);
            estimate = estimate with
            {
                Subjects = estimate.Subjects + subjects,
                Events = estimate.Events + (long)Math.Round(events * share),
                Seconds = estimate.Seconds + (((milliseconds / Math.Max(1, asked.Count)) + UsualMilliseconds) * subjects / 1000),
                IsSampled = estimate.IsSampled || stops.Count < subjects,
            };
        }

        return estimate;
    }

    private async Task<IReadOnlyList<WalkStop>> SampleAsync(Nurture.Contacts.SubjectKind kind, long subjects, CancellationToken cancel)
    {
        if (subjects <= Places * PerPlace) return await walks.NextAsync(kind, 0, Places * PerPlace, cancel);
        var last = await walks.LastIdAsync(kind, cancel);
        var found = new List<WalkStop>();
        for (var place = 0; place < Places; place++) found.AddRange(await walks.NextAsync(kind, last * place / Places, PerPlace, cancel));
        return [.. found.DistinctBy(stop => stop.Id)];
    }
}
