using System.Globalization;
using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Why a mail did, or did not, arrive: one sentence.</summary>
/// <param name="Verdict">arrived, coming, not_sent, unclear or never: how it stands, in one word.</param>
/// <param name="Code">A reason, a why-not's code, or a mail's standing.</param>
/// <param name="SendId">The mail that the sentence speaks of, where there is one.</param>
public sealed record Arrival(string Verdict, string Sentence, string Code, DateTimeOffset? At, Guid? SendId, string? Scenario, IReadOnlyList<WhyNot> More);

/// <summary>Chooses the one sentence: from the ledger where there is a mail, else from the journal, else from the scenario itself.</summary>
internal sealed class Arrivals(Catalog catalog, Language language, DateTimeZone zone, bool isSendingStopped, bool isIdentityStopped = false)
{
    private bool IsJapanese => language == Language.Japanese;

    public Arrival OfMail(SendRow send)
    {
        var shown = ShownSend.Of(send, catalog, language);
        var of = catalog.Versions.GetValueOrDefault((send.Scenario, send.Version))?.Scenario;
        var title = Explanation.Title(of, send.Scenario);
        var isPaused = catalog.Live.GetValueOrDefault(send.Scenario) is { IsPaused: true };
        var (mail, reply) = (send.Template, send.Reply is { Length: > 0 } said ? (IsJapanese ? $"(応答:{said})" : $" It said: {said}") : "");
        var (verdict, sentence) = SendStore.StandingOf(send) switch
        {
            SendStanding.Sent => ("arrived", In(
                $"The mail {mail} of “{title}” left on {Show(send.EndedAt ?? send.PlannedAt)}, and the recipient's mail server took it{Seen(send)}.",
                $"「{title}」のメール「{mail}」は {Show(send.EndedAt ?? send.PlannedAt)} に送信され、相手のメールサーバーが受け取りました{Seen(send)}。")),
            SendStanding.Scheduled when isSendingStopped => ("coming", In($"The mail {mail} is ready, and all sending is stopped.", $"メール「{mail}」は準備できていますが、すべての配信が停止されています。")),
            SendStanding.Scheduled when isIdentityStopped => ("coming", In($"The mail {mail} is ready, and sending in the name of its sender is stopped.", $"メール「{mail}」は準備できていますが、この差出人の送信が停止されています。")),
            SendStanding.Scheduled when isPaused => ("coming", In($"The mail {mail} is ready, and “{title}” is paused.", $"メール「{mail}」は準備できていますが、シナリオ「{title}」が一時停止中です。")),
            SendStanding.Scheduled => ("coming", In($"The mail {mail} is scheduled for {Show(send.NotBefore)}.", $"メール「{mail}」は {Show(send.NotBefore)} に送信する予定です。")),
            SendStanding.Retrying => ("coming", In(
                $"The recipient's mail server did not take the mail {mail} yet; it is tried again on {Show(send.NotBefore)}.{reply}",
                $"相手のメールサーバーがメール「{mail}」をまだ受け取らないため、{Show(send.NotBefore)} に再送します{reply}。")),
            SendStanding.Sending => ("coming", In($"The mail {mail} is leaving at this moment.", $"メール「{mail}」を送信しているところです。")),
            SendStanding.Bounced => ("not_sent", In(
                $"The mail {mail} bounced on {Show(send.EndedAt ?? send.PlannedAt)}: the other side refused it.{reply}",
                $"メール「{mail}」は {Show(send.EndedAt ?? send.PlannedAt)} に相手側に拒否され、不達となりました{reply}。")),
            SendStanding.Unclear when send.HandedAt is null => ("unclear", In(
                $"Whether the mail {mail} left cannot be known: the database was restored from a backup, and it may have left before.",
                $"データベースがバックアップから復元されたため、メール「{mail}」がその前に送信されたかどうか分かりません。")),
            SendStanding.Unclear => ("unclear", In(
                $"Whether the mail {mail} arrived cannot be known: on {Show(send.EndedAt ?? send.PlannedAt)} the connection ended before an answer.",
                $"{Show(send.EndedAt ?? send.PlannedAt)} に応答の前に接続が切れたため、メール「{mail}」が届いたかどうか分かりません。")),
            SendStanding.NotSent => ("not_sent", shown.Sentence ?? In($"The mail {mail} was not sent.", $"メール「{mail}」は送信されませんでした。")),
        };
        return new(verdict, sentence, send.Reason?.Code() ?? shown.Standing, send.EndedAt ?? send.PlannedAt, send.Id, send.Scenario, []);
    }

    /// <summary>No mail was planned, and the scenario decided something: the last that speaks of the mail, else of the passage.</summary>
    /// <param name="decisions">Of one scenario, in their order; not empty.</param>
    public Arrival OfDecisions(IReadOnlyList<JournalRow> decisions, string? template, Position? standing)
    {
        var name = decisions[^1].Entry.Scenario;
        var about = decisions.LastOrDefault(row => IsAboutTheMail(row.Entry, template));
        if (about is not null)
            return new(about.Entry.Reason is Reason.QuietHours or Reason.CapReached or Reason.Paused or Reason.SendingStopped ? "coming" : "not_sent", Sentence(about), about.Entry.Reason.Code(), about.Entry.At, null, name, []);
        if (standing is not null)
        {
            var scenario = catalog.Versions.GetValueOrDefault((standing.Scenario, standing.Version))?.Scenario;
            var step = scenario is null ? null : Step.All(scenario.Steps).FirstOrDefault(s => s.Id == standing.Step);
            var where = Explanation.Name(step, standing.Step, language);
            var title = Explanation.Title(scenario, standing.Scenario);
            return new("coming", In(
                $"Not yet: in “{title}” since {Show(standing.EnteredAt)}, now at {where} since {Show(standing.Since)}.",
                $"まだです。「{title}」に {Show(standing.EnteredAt)} から参加中で、{Show(standing.Since)} から{where}の段階です。"), "is_enrolled", standing.Since, null, name, []);
        }

        if (decisions.Any(row => row.Entry.Reason == Reason.Entered)) return OfPassage(decisions);
        var last = decisions[^1];
        return new(last.Entry.Reason == Reason.WaitingToSettle ? "coming" : "never", Sentence(last), last.Entry.Reason.Code(), last.Entry.At, null, name, []);
    }

    /// <summary>The passage is over and led past the mail: by what ended it, else by the way that it took.</summary>
    private Arrival OfPassage(IReadOnlyList<JournalRow> decisions)
    {
        // What is measured after the last step (the goal) had no part in it.
        var passage = decisions.Skip(decisions.ToList().FindLastIndex(row => row.Entry.Reason == Reason.Entered)).ToList();
        if (passage.FindIndex(row => row.Entry.Reason == Reason.Completed) is var end and >= 0) passage = passage[..(end + 1)];
        var because = passage.FindLast(row => row.Entry.Reason is Reason.GoalReached or Reason.ExitTrue or Reason.AudienceLost or Reason.Ended or Reason.Stopped or Reason.Merged or Reason.ContactLeft or Reason.Replied)
            ?? passage.FindLast(row => row.Entry.Reason is Reason.BranchTaken or Reason.NoBranchTaken) ?? passage[^1];
        var name = because.Entry.Scenario;
        var title = Explanation.Title(catalog.Versions.GetValueOrDefault((name, because.Entry.Version))?.Scenario, name);
        return new("not_sent", In(
            $"“{title}” was gone through without it. {Sentence(because)}",
            $"シナリオ「{title}」では、これを送らない流れになりました。{Sentence(because)}"), because.Entry.Reason.Code(), because.Entry.At, null, name, []);
    }

    public Arrival OfNothing(IReadOnlyList<WhyNot> why, string scenario) => new("never", why[0].Sentence, why[0].Code, null, null, scenario, [.. why.Skip(1)]);

    public Arrival NoScenarioSends(string template) => new("never", In(
        $"No scenario that is live sends the mail {template}.", $"メール「{template}」を送る稼働中のシナリオはありません。"), "not_used", null, null, null, []);

    private bool IsAboutTheMail(JournalEntry entry, string? template)
    {
        // The range of a send that did not leave, or not yet; and a hold.
        if (entry.Reason is not ((>= Reason.Suppressed and <= Reason.Internal) or Reason.OnHold)) return false;
        if (template is null) return true;
        var scenario = catalog.Versions.GetValueOrDefault((entry.Scenario, entry.Version))?.Scenario;
        return scenario is not null && Step.All(scenario.Steps).Any(step => step is Step.Send send && send.Id == entry.Step && send.Template == template);
    }

    private string Sentence(JournalRow row) => Explanation.Sentence(row.Entry, catalog.Versions.GetValueOrDefault((row.Entry.Scenario, row.Entry.Version))?.Scenario, language);

    private string Seen(SendRow send) => (send.ClickedAt, send.OpenedAt) switch
    {
        ({ } clicked, _) => In($"; a link in it was clicked on {Show(clicked)}", $"({Show(clicked)} にリンクのクリックあり)"),
        (_, { } opened) => In($"; it was opened on {Show(opened)}", $"({Show(opened)} に開封あり)"),
        _ => "",
    };

    private string In(string english, string japanese) => IsJapanese ? japanese : english;

    private string Show(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(zone).ToString(IsJapanese ? "yyyy'年'M'月'd'日' HH:mm" : "d MMM uuuu HH:mm", CultureInfo.InvariantCulture);
}
