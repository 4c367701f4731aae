using System.Globalization;
using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Health;
using Nurture.Scenarios;

namespace Nurture.Simulation;

/// <summary>An event of a subject's past, as the log has it.</summary>
/// <param name="CountsOnly">It came by an import, which starts nothing.</param>
public readonly record struct PastEvent(OccurredEvent Event, bool CountsOnly);

/// <summary>Why nothing happened: a stable code and a sentence.</summary>
public sealed record WhyNot(string Code, string Sentence);

/// <summary>
/// Why somebody never entered a scenario, asked of what is known now (DESIGN.md §7: every "why not" that is no decision is
/// answered on demand). It reads states and changes nothing.
/// </summary>
/// <param name="language">With another than none given, scenarios go by their titles, as on pages.</param>
/// <param name="zone">In which moments are said; UTC where none is given.</param>
public sealed class WhyNotEntered(Catalog catalog, DateTimeOffset now, Language? language = null, DateTimeZone? zone = null)
{
    /// <param name="scenario">Its name.</param>
    /// <param name="past">Of the subject: events that the scenario's trigger names, in their order.</param>
    /// <param name="account">The contact's primary one, where it has one.</param>
    /// <returns>What stands in the way, the first first; never empty.</returns>
    public IReadOnlyList<WhyNot> Ask(string scenario, ContactState? contact, AccountState? account, IReadOnlyList<PastEvent> past)
    {
        if (!catalog.Live.TryGetValue(scenario, out var published))
        {
            return [catalog.Versions.Keys.Any(version => version.Scenario == scenario)
                ? new("not_live", In(
                    $"{scenario} is published but not live yet: its counters are still being filled from history.",
                    $"シナリオ「{scenario}」は公開済みですが、過去データの集計中で、まだ稼働していません。"))
                : new("not_published", In(
                    $"No scenario named {scenario} was ever published.",
                    $"「{scenario}」という名前のシナリオは公開されたことがありません。"))];
        }

        SubjectState? subject = published.Scenario.Subject == SubjectKind.Contact ? contact : account;
        if (subject is null)
        {
            return [published.Scenario.Subject == SubjectKind.Account
                ? new("no_account", In(
                    $"{Shown(scenario)} is about accounts, and the contact belongs to none.",
                    $"シナリオ「{Title(scenario)}」は契約企業が対象ですが、このコンタクトはどの契約企業にも所属していません。"))
                : new("nothing_known", In(
                    "Nothing is known of this contact yet: what it did has not been read, or it was forgotten.",
                    "このコンタクトの情報がまだありません。処理待ちか、すでに削除されています。"))];
        }

        if (subject.Enrollments.Exists(enrollment => enrollment.Scenario == scenario && enrollment.Status == EnrollmentStatus.Live))
            return [new("is_enrolled", In(
                    $"It is in {Shown(scenario)} now.",
                    $"現在、シナリオ「{Title(scenario)}」に参加中です。"))];

        var context = new ConditionContext { Catalog = catalog, At = now, Contact = subject as ContactState, Account = account };
        var why = published.Scenario.Trigger switch
        {
            Trigger.Event trigger => NotTriggered(trigger, published, ref context, past),
            Trigger.Inactivity trigger => NotSilent(trigger, subject, published, context),
            Trigger.Turning trigger => NotTurned(trigger, contact, account, published, context),
            Trigger.Changed trigger => NotChanged(trigger, contact, account),
            Trigger.ByHand => [new("only_by_hand", In(
                    "Nothing starts it but a person, a program or another scenario, and none has.",
                    "手動、API、または他のシナリオからのみ開始されますが、まだ開始されていません。"))],
            Trigger.Band trigger => NotInBand(trigger, published, account),
            Trigger.DateAttribute trigger => NotTheDay(trigger, contact, account),
            Trigger.Schedule trigger => NotTheMoment(trigger, published),
            Trigger.Session trigger => NotInvited(trigger, published),
            _ => throw new InvalidOperationException($"No explanation of {published.Scenario.Trigger.GetType().Name}."),
        };
        return [.. why, .. Doors(published, subject, context)];
    }

    /// <summary>Takes the latest event that would have started it as the trigger of everything asked after it.</summary>
    private List<WhyNot> NotTriggered(Trigger.Event trigger, PublishedScenario published, ref ConditionContext context, IReadOnlyList<PastEvent> past)
    {
        var names = string.Join(In(" or ", "・"), trigger.Names);
        if (past.Count == 0) return [new("never_triggered", In(
                    $"It was never triggered: no {names} is on record.",
                    $"開始条件の出来事({names})が一度も記録されていません。"))];
        var matching = new List<PastEvent>();
        foreach (var happened in past)
        {
            if (trigger.Where is null || trigger.Where.Evaluate(context with { Trigger = happened.Event, Event = happened.Event }) == Truth.True) matching.Add(happened);
        }

        var latest = (matching.Count > 0 ? matching : past)[^1];
        context = context with { Trigger = latest.Event };
        if (matching.Count == 0)
        {
            return [new("trigger_where_false",
                In(
                    $"It was never triggered: {names} happened {Times(past.Count)}, the last time on {Show(latest.Event.OccurredAt)}, and never with{Explanation.Text(trigger.Where)}.",
                    $"{names} は{past.Count}回(最後は{Show(latest.Event.OccurredAt)})ありましたが、開始条件{Explanation.JapaneseText(trigger.Where)}に当てはまるものはありませんでした。"))];
        }

        if (matching.TrueForAll(happened => happened.CountsOnly))
            return [new(Reason.Imported.Code(), In(
                    $"{latest.Event.Name} of {Show(latest.Event.OccurredAt)} came by an import, and imports start nothing.",
                    $"{Show(latest.Event.OccurredAt)}の {latest.Event.Name} は取り込みで入った履歴のため、シナリオを開始しません。"))];
        var live = matching.FindAll(happened => happened is { CountsOnly: false } && happened.Event.ReceivedAt >= published.LiveSince);
        return live.Count == 0
            ? [new("before_live", In(
                    $"{latest.Event.Name} of {Show(latest.Event.OccurredAt)} arrived before this version of the scenario went live ({Show(published.LiveSince)}).",
                    $"{Show(latest.Event.OccurredAt)}の {latest.Event.Name} は、このバージョンの稼働開始({Show(published.LiveSince)})より前に届いたものです。"))]
            : [new("not_decided", In(
                    $"{live[^1].Event.Name} of {Show(live[^1].Event.OccurredAt)} starts it, and no decision about it is on record: it waits to be read, or the subject stands still.",
                    $"{Show(live[^1].Event.OccurredAt)}の {live[^1].Event.Name} で開始するはずですが、判断の記録がまだありません。処理待ちか、要確認で止まっています。"))];
    }

    private List<WhyNot> NotSilent(Trigger.Inactivity trigger, SubjectState subject, PublishedScenario published, ConditionContext context)
    {
        var names = string.Join(In(" or ", "・"), trigger.Names);
        switch (trigger.When.Evaluate(context))
        {
            case Truth.False:
                var at = trigger.When.NextChange(context);
                return [new("not_silent", In(
                    $"It has not been silent long enough: {names} happened too recently.{(at is { } moment ? $" If nothing more happens, it is on {Show(moment)}." : "")}",
                    $"{names} が最近あったため、まだ十分な期間が空いていません。{(at is { } day ? $"このまま何もなければ {Show(day)} に当てはまります。" : "")}"))];
            case Truth.Unknown:
                return [new("silence_unknown", In(
                    $"Whether it has been silent cannot be known: {names} has not been counted that far back.",
                    $"{names} をそこまでさかのぼって集計していないため、期間が空いているか判断できません。"))];
            default:
                return [subject.TriggerMemory.GetValueOrDefault(published.Scenario.Name)
                    ? new("already_silent", In(
                    "It is silent, and was when the scenario went live: publishing enrolls nobody for whom the trigger is true already.",
                    "シナリオの稼働開始時にはすでに条件を満たしていました。公開時点で条件を満たしていた方は参加しません。"))
                    : new("silent", In(
                    "It has been silent long enough and enters at its next due moment.",
                    "条件を満たしており、次の処理のタイミングで参加します。"))];
        }
    }

    private List<WhyNot> NotTurned(Trigger.Turning trigger, ContactState? contact, AccountState? account, PublishedScenario published, ConditionContext context)
    {
        SubjectState? of = trigger.Of == SubjectKind.Contact ? contact : account;
        var asked = trigger.When.Text;
        if (trigger is Trigger.Segment { IsLeaving: true } && of is not null && trigger.When.Evaluate(context with { Contact = of as ContactState }) is not Truth.Unknown and var isIn)
        {
            return [isIn == Truth.True
                ? new("in_segment", In(
                    $"It is in {Explanation.Quote(asked)} now, and the scenario starts when it leaves.",
                    $"現在 {Explanation.Quote(asked)} に入っています。外れたときに開始します。"))
                : new("not_in_segment", In(
                    $"It is not in {Explanation.Quote(asked)}, and has not left it since the scenario went live.",
                    $"{Explanation.Quote(asked)} に入っておらず、稼働開始後に外れたこともありません。"))];
        }

        switch (of is null ? Truth.Unknown : trigger.When.Evaluate(context with { Contact = of as ContactState }))
        {
            case Truth.False:
                var at = trigger.When.NextChange(context);
                return [new("condition_false", In(
                    $"What starts it is not true: {Explanation.Quote(asked)}.{(at is { } moment ? $" If nothing happens, it is asked again on {Show(moment)}." : "")}",
                    $"開始条件 {Explanation.Quote(asked)} に当てはまっていません。{(at is { } day ? $"このまま何もなければ {Show(day)} に再び判定します。" : "")}"))];
            case Truth.Unknown:
                return [new("condition_unknown", In(
                    $"Whether what starts it is true cannot be known: {Explanation.Quote(asked)}.",
                    $"開始条件 {Explanation.Quote(asked)} に当てはまるか判断できません。"))];
            default:
                return [of!.TriggerMemory.ContainsKey(published.Scenario.Name)
                    ? new("already_true", In(
                    $"What starts it is true, and was before: {Explanation.Quote(asked)}. It starts when that turns true, and publishing enrolls nobody for whom it is true already.",
                    $"開始条件 {Explanation.Quote(asked)} にはすでに当てはまっていました。当てはまらない状態から変わったときに開始し、公開時点で当てはまっていた方は参加しません。"))
                    : new("condition_true", In(
                    "What starts it is true, and it enters at its next due moment.",
                    "開始条件に当てはまっており、次の処理のタイミングで参加します。"))];
        }
    }

    private List<WhyNot> NotChanged(Trigger.Changed trigger, ContactState? contact, AccountState? account)
    {
        var attribute = $"{trigger.Of.ToString().ToLowerInvariant()}.{trigger.Attribute}";
        var value = ((trigger.Of == SubjectKind.Contact ? contact : (SubjectState?)account)?[trigger.Attribute] ?? default).ToString();
        return [new("not_changed", In(
            $"It was never triggered: {attribute} has not changed{(trigger.To.Count > 0 ? $" to {string.Join(" or ", trigger.To)}" : "")} since it went live{(value.Length > 0 ? $"; it is {value}" : "")}.",
            $"稼働開始後、{attribute} が{(trigger.To.Count > 0 ? $" {string.Join("・", trigger.To)} に" : "")}変わっていません{(value.Length > 0 ? $"(現在は {value})" : "")}。"))];
    }

    private List<WhyNot> NotInBand(Trigger.Band trigger, PublishedScenario published, AccountState? account)
    {
        if (account?.Health is not { } health)
        {
            return [new("not_scored", In(
                "The account has no health score, so it comes into no band.",
                "この契約企業にはヘルススコアがないため、開始条件の状態になりません。"))];
        }

        var (band, asked) = (HealthBands.Word(health.Band), string.Join(" / ", trigger.Bands.Select(HealthBands.Word)));
        if (!trigger.Bands.Contains(health.Band))
        {
            return [new("other_band", In(
                $"The health of the account is {band} since {Show(health.BandSince)}, and the scenario starts at {asked}.",
                $"この契約企業のヘルスは {Show(health.BandSince)} から「{band}」で、シナリオは「{asked}」になったときに始まります。"))];
        }

        return [health.BandSince < published.LiveSince
            ? new("band_before_live", In(
                $"The account was {band} already when the scenario went live: publishing enrolls nobody for whom the trigger is true.",
                $"シナリオの公開時点ですでに「{band}」でした。公開によって該当者が自動で参加することはありません。"))
            : new("band_re_based", In(
                $"The account is {band} by its first score or by a new definition, which starts nothing.",
                $"初回のスコア、または定義の変更によって「{band}」となったため、シナリオは始まりません。"))];
    }

    private List<WhyNot> NotTheDay(Trigger.DateAttribute trigger, ContactState? contact, AccountState? account)
    {
        SubjectState? of = trigger.Of == SubjectKind.Contact ? contact : account;
        var attribute = $"{trigger.Of.ToString().ToLowerInvariant()}.{trigger.Attribute}";
        DateTimeOffset? day = of?[trigger.Attribute] switch
        {
            { Kind: ValueKind.Date } date => new DateTimeOffset(date.AsDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            { Kind: ValueKind.Instant } instant => instant.AsInstant,
            _ => null,
        };
        if (day is not { } when) return [new("date_missing", In(
                    $"It was never triggered: {attribute} holds no date.",
                    $"{attribute} に日付が入っていないため、開始していません。"))];
        return [when > now
            ? new("date_ahead", In(
                    $"{attribute} is {Show(when)}: its day has not come.",
                    $"{attribute} は {Show(when)} で、まだその日になっていません。"))
            : new("date_passed", In(
                    $"{attribute} is {Show(when)}: its day was before the scenario went live, or longer ago than it catches up.",
                    $"{attribute} は {Show(when)} で、シナリオの稼働開始前か、さかのぼれる期間より前です。"))];
    }

    private List<WhyNot> NotInvited(Trigger.Session trigger, PublishedScenario published)
    {
        var moments = trigger.Of(catalog).Select(session => (Session: session, At: trigger.MomentOf(session, catalog.Policy))).Where(one => one.At is not null).OrderBy(one => one.At).ToList();
        if (moments.Count == 0) return [new("no_session", In(
                $"It invites to sessions ({trigger.Named}), and none is planned.",
                $"セッション({trigger.Named})に招待しますが、予定されているものがありません。"))];
        var (next, at) = moments.Find(one => one.At > now) is { Session: not null } ahead ? ahead : moments[^1];
        if (at > now) return [new("session_ahead", In(
                $"It invites to the session {next.Id} on {Show(at.Value)}.",
                $"セッション「{next.Id}」への招待は {Show(at.Value)} です。"))];
        return [at >= published.LiveSince
            ? new("session_not_reached", In(
                $"It invited to the session {next.Id} on {Show(at!.Value)}, and no decision about it is on record: it has not been asked yet, or nothing is known of it but a browser.",
                $"セッション「{next.Id}」への招待は {Show(at!.Value)} に行われましたが、判断の記録がまだありません。順番待ちか、ブラウザー以外のことがまだ分からない方です。"))
            : new("session_passed", In(
                $"The moment to invite to the session {next.Id} was before the scenario went live.",
                $"セッション「{next.Id}」に招待する日時は、シナリオの稼働開始より前でした。"))];
    }

    private List<WhyNot> NotTheMoment(Trigger.Schedule trigger, PublishedScenario published)
    {
        if (trigger.Timing.LastUntil(now) is { } last && last >= published.LiveSince)
        {
            return [new("schedule_not_reached", In(
                    $"Its schedule ({trigger.Timing}) came on {Show(last)}, and no decision about it is on record: it has not been asked yet, or nothing is known of it but a browser.",
                    $"スケジュール({trigger.Timing})は {Show(last)} に実行されましたが、判断の記録がまだありません。順番待ちか、ブラウザー以外のことがまだ分からない方です。"))];
        }

        return [trigger.Timing.NextAfter(now) is { } next
            ? new("schedule_ahead", In(
                    $"Its schedule ({trigger.Timing}) comes next on {Show(next)}.",
                    $"スケジュール({trigger.Timing})の次回は {Show(next)} です。"))
            : new("schedule_passed", In(
                    $"Its moment ({trigger.Timing}) was before the scenario went live.",
                    $"指定の日時({trigger.Timing})は、シナリオの稼働開始より前でした。"))];
    }

    /// <summary>What an entry asks beside the trigger, in its order (SEMANTICS.md 14 to 19), as if it were now.</summary>
    private IEnumerable<WhyNot> Doors(PublishedScenario published, SubjectState subject, ConditionContext context)
    {
        var scenario = published.Scenario;
        if (published.IsPaused) yield return new(Reason.ScenarioPaused.Code(), In(
                    "The scenario is paused: nobody enters.",
                    "シナリオが一時停止中のため、誰も参加できません。"));
        if (subject is ContactState { Status: not ContactStatus.Active }) yield return new(Reason.ContactLeft.Code(), In(
                    "The person has left or was forgotten.",
                    "退職または削除済みの方です。"));
        if (subject.Passages.FindLast(passage => passage.Scenario == scenario.Name) is { } passage && scenario.Key is null)
        {
            if (scenario.Reentry.IsOnce) yield return new(Reason.ReentryOnce.Code(), In(
                    $"It has been through it (until {Show(passage.EndedAt)}), and the scenario lets everybody in once.",
                    $"{Show(passage.EndedAt)} まで参加済みで、このシナリオに参加できるのは1回だけです。"));
            else if (now - passage.EndedAt < scenario.Reentry.After)
                yield return new(Reason.ReentryTooSoon.Code(), In(
                    $"It has been through it until {Show(passage.EndedAt)}, and may enter again on {Show(passage.EndedAt + scenario.Reentry.After)}.",
                    $"{Show(passage.EndedAt)} まで参加しており、次に参加できるのは {Show(passage.EndedAt + scenario.Reentry.After)} 以降です。"));
        }

        switch (scenario.Audience?.Evaluate(context))
        {
            case Truth.False:
                yield return new(Reason.AudienceFalse.Code(), In(
                    $"Asked now, it is not in the audience{Explanation.Text(scenario.Audience)}.",
                    $"現時点で対象条件{Explanation.JapaneseText(scenario.Audience)}に当てはまりません。"));
                break;
            case Truth.Unknown:
                yield return new(Reason.AudienceUnknown.Code(), In(
                    $"Asked now, whether it is in the audience{Explanation.Text(scenario.Audience)} is unknown: {Missing(scenario.Audience!, context)}.",
                    $"現時点で対象条件{Explanation.JapaneseText(scenario.Audience)}に当てはまるか判断できません。{Missing(scenario.Audience!, context)}。"));
                break;
        }

        if (scenario.Goal?.When.Evaluate(context) == Truth.True)
            yield return new(Reason.GoalAlreadyReached.Code(), In(
                    $"The goal{Explanation.Text(scenario.Goal.When)} is reached already.",
                    $"シナリオの目標{Explanation.JapaneseText(scenario.Goal.When)}をすでに達成しています。"));
        foreach (var exit in scenario.Exits)
        {
            if (exit.When?.Evaluate(context) == Truth.True) yield return new(Reason.ExitAlreadyTrue.Code(), In(
                    $"The exit{Explanation.Text(exit.When)} is true already.",
                    $"途中終了条件{Explanation.JapaneseText(exit.When)}にすでに当てはまります。"));
        }
    }

    private string Missing(Condition condition, ConditionContext context)
    {
        if (condition.ReadsAccount && context.Account is null) return In("there is no account yet", "契約企業がまだ分かりません");
        return condition.Criteria.FirstOrDefault(criterion => !catalog.CoveredSince.ContainsKey(criterion.Key)) is { } criterion
            ? In($"{criterion.EventName} is not counted yet", $"{criterion.EventName} の集計がまだ終わっていません")
            : In("it asks for something that is not known, or reaches further back than what is counted", "必要な情報がないか、集計済みの期間より前にさかのぼるためです");
    }

    private string In(string english, string japanese) => language == Language.Japanese ? japanese : english;

    private string Title(string scenario) => Explanation.Title(catalog.Live.GetValueOrDefault(scenario)?.Scenario, scenario);

    private string Shown(string scenario) => language is null ? scenario : $"“{Title(scenario)}”";

    private static string Times(int count) => count == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{count} times");

    private string Show(DateTimeOffset at) => zone is null
        ? at.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
        : Instant.FromDateTimeOffset(at).InZone(zone).ToString(language == Language.Japanese ? "yyyy'年'M'月'd'日' HH:mm" : "d MMM uuuu HH:mm", CultureInfo.InvariantCulture);
}
