using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Simulation;

public static partial class Explanation
{
    private static string JapaneseHeld(JournalEntry entry) => entry.Subject.Kind == SubjectKind.Contact ? "コンタクト" : "契約企業";

    private static string Japanese(JournalEntry entry, Scenario? scenario, string name)
    {
        var detail = new Detail(entry.Detail);
        var step = scenario is null ? null : Step.All(scenario.Steps).FirstOrDefault(s => s.Id == entry.Step);
        var here = JapaneseName(step, entry.Step);
        var mail = JapaneseMail(step, detail, entry.Step);
        var hand = detail["by"] is { } by ? $"手動で({by})" : detail["by_scenario"] is { } other ? $"シナリオ {other} から" : "";
        var place = entry.Step.Length > 0 ? $"(ステップ {entry.Step})" : "";
        return entry.Reason switch
        {
            Reason.Entered => $"シナリオ{name}に{hand}参加しました{JapaneseOf(detail["because"])}{(detail["holdout"] is null ? "" : "。比較用の未配信グループのため、メールは送らずに目標だけを計測します")}。",
            Reason.AlreadyEnrolled => $"シナリオ{name}に参加中のため、重ねては参加しませんでした。",
            Reason.ReentryOnce => $"シナリオ{name}は1回だけ参加できるもので、すでに参加済みのため、参加しませんでした。",
            Reason.ReentryTooSoon => $"シナリオ{name}に前回参加してから間もないため、参加しませんでした{(scenario is { Reentry.IsOnce: false } s ? $"(再参加は終了から{JapaneseLength(s.Reentry.After)}後)" : "")}。",
            Reason.AudienceFalse => $"シナリオ{name}の対象条件{JapaneseText(scenario?.Audience)}に当てはまらないため、参加しませんでした。",
            Reason.AudienceUnknown => $"シナリオ{name}の対象条件{JapaneseText(scenario?.Audience)}に当てはまるか判断できないため、参加しませんでした。",
            Reason.GoalAlreadyReached => $"シナリオ{name}の目標{JapaneseText(scenario?.Goal?.When)}をすでに達成しているため、参加しませんでした。",
            Reason.ExitAlreadyTrue => $"シナリオ{name}の途中終了条件にすでに当てはまるため、参加しませんでした。",
            Reason.Late => $"シナリオ{name}を開始する出来事の到着が遅すぎたため、参加しませんでした。{(detail["would"] is not { } would ? "" : would == "entered" ? "間に合っていれば参加していました。" : "間に合っていても参加しませんでした。")}",
            Reason.ScenarioPaused => $"シナリオ{name}が一時停止中のため、参加しませんでした。",
            Reason.NoAccount when detail["attribute"] is { } attribute => $"契約企業が分からないため、{attribute} を設定できませんでした{place}。",
            Reason.NoAccount when entry.EnrollmentId != 0 => $"契約企業が分からないため、{here}では何もしませんでした。",
            Reason.NoAccount => $"シナリオ{name}は契約企業が対象ですが、期限までに所属先が分からなかったため、参加しませんでした。",
            Reason.NobodyMatches => $"シナリオ{name}が求める役割の方が契約企業にいないため、誰も参加しませんでした。",
            Reason.ColleagueEnrolled => $"同じ契約企業の別の方がシナリオ{name}に参加中のため、参加しませんでした。",
            Reason.ContactLeft when entry is { EnrollmentId: not 0, Subject.Kind: SubjectKind.Account } => $"退職または削除済みのため、{mail}を送りませんでした。",
            Reason.ContactLeft when entry.EnrollmentId != 0 => $"退職または削除済みのため、シナリオ{name}を中止しました{place}。",
            Reason.ContactLeft => $"退職または削除済みのため、シナリオ{name}に参加しませんでした。",
            Reason.Restarted => $"進行中にもう一度開始されたため、シナリオ{name}を最初からやり直しました。",
            Reason.Refreshed when detail["waits"] is not null => $"シナリオ{name}への参加を待ったまま、開始時の情報だけを新しくしました。",
            Reason.Refreshed => $"シナリオ{name}の現在のステップのまま、開始時の情報だけを新しくしました。",
            Reason.KeyMissing => $"開始の出来事に区別用の項目{(scenario?.Key is { } key ? $"({key.Root}.{key.Path})" : "")}がないため、シナリオ{name}に参加しませんでした。",
            Reason.Imported => $"取り込んだ履歴の出来事なので、シナリオ{name}は開始しませんでした。",
            Reason.EntryDelayed when Day(detail["latest"]) is { } latest => $"シナリオ{name}への参加の順番を待っています(遅くとも{latest.ToString("yyyy年M月d日 HH:mm", CultureInfo.InvariantCulture)} UTC)。開始のきっかけに分散の設定があるためです。",
            Reason.EntryDelayed => $"シナリオ{name}には後から参加します{(Day(detail["until"]) is { } later ? $"({later.ToString("yyyy年M月d日 HH:mm", CultureInfo.InvariantCulture)} UTC)" : "")}。開始までの待ち時間の設定があるためです。",
            Reason.SplitTaken => $"{here}で、{(detail["arm"] is { } drawn ? $"経路 {drawn} " : "ひとつの経路")}に進みました。一度決まった経路は変わりません。",
            Reason.RepeatBegun => $"{here}の{(detail["turn"] is { } turn ? $"{turn}回目" : "次の回")}を始めました。",
            Reason.RepeatOver => $"{here}を{(detail["times"] is { } times ? $"{times}回で" : "")}終え、次へ進みました。",
            Reason.OwnerAssigned => $"契約企業の担当者を{(detail["owner"] is { } owner ? $" {owner} に" : "")}割り当てました。",
            Reason.NoOwnerFound => $"担当グループ{JapaneseOf(detail["pool"])}に誰もいないため、担当者を割り当てませんでした。",
            Reason.TopicTaken => $"配信カテゴリ{(detail["topic"] is { } refused ? $"「{refused}」" : "")}を停止しました{JapaneseOf(detail["because"])}。",
            Reason.Enlisted => $"セグメント{(detail["segment"] is { } list ? $"「{list}」" : "")}に追加しました。",
            Reason.StruckOut => $"セグメント{(detail["segment"] is { } left ? $"「{left}」" : "")}から除外しました。",
            Reason.OtherStarted => $"シナリオ{JapaneseOf(detail["other"])}を開始しました。参加できるかどうかはそのシナリオが判断します。",
            Reason.OtherNotStarted => $"シナリオ{JapaneseOf(detail["other"])}は稼働していないか、参加できる方がいないため、開始しませんでした。",
            Reason.OthersStopped => $"進行中のシナリオ{JapaneseOf(detail["others"])}を止めました。",
            Reason.StreamBusy => $"同じストリームの別のシナリオ{JapaneseOf(detail["first"])}が優先されるため、{mail}を保留しました。",
            Reason.WaitSkipped => $"{here}を{hand}打ち切り、次へ進みました{JapaneseOf(detail["because"])}。",
            Reason.MovedByHand => $"{here}から{hand}別のステップへ移しました{JapaneseOf(detail["because"])}。",
            Reason.MomentGone => $"{here}は、予定の時期を過ぎていたため見送りました。",
            Reason.AlreadySent => $"{here}は送信済みのため、再送しませんでした。",
            Reason.StoppedBy => $"別のシナリオ{JapaneseOf(detail["by"])}によって、シナリオ{name}から外れました。",
            Reason.Churned => $"解約済みとなったため、シナリオ{name}を終了しました。",
            Reason.WaitingToSettle => $"対象条件の判断に必要な情報がまだ揃わないため、シナリオ{name}への参加を待っています。",

            Reason.StepReached => $"{here}に進みました。",
            Reason.AlreadyTrue => $"{here}は、待っていたことがすでに起きていたため、すぐに通過しました。",
            Reason.Heard => $"{here}で待っていたことが起きたため、次へ進みました。",
            Reason.TimedOut => $"{here}で待っていたことが期限までに起きなかったため、次へ進みました。",
            Reason.WaitOver => $"{here}が終わり、次へ進みました。",
            Reason.BranchTaken => detail["if"] is { } arm and not "else" ? $"{here}で、{Quote(arm)} の経路に進みました。" : $"{here}で、「それ以外」の経路に進みました。",
            Reason.NoBranchTaken => $"{here}のどの条件にも当てはまらず、次へ進みました。",
            Reason.AttributeSet => $"{(step is Step.Set set ? JapaneseOwner(set) : "")}{detail["attribute"] ?? "属性"} を{(step is Step.Set { Value.IsNull: false } to ? $" {to.Value} に" : "")}設定しました。",
            Reason.Released => $"{mail}の送信を決定しました{JapaneseArm(detail)}。",
            Reason.Waiting => $"{here}で待っています。",

            Reason.Suppressed => $"送信不可アドレスのため、{mail}を送りませんでした。",
            Reason.NoConsent => $"広告宣伝メールへの同意がないため、{mail}を送りませんでした。",
            Reason.NoContract => $"契約企業に有効なトライアルも契約もないため、{mail}を送りませんでした。",
            Reason.Unsubscribed => $"ご本人がすべての配信を停止しているため、{mail}を送りませんでした。",
            Reason.TopicRefused => $"ご本人が{(step is Step.Send { Topic: { } topic } ? $"配信カテゴリ「{topic}」" : "この配信カテゴリ")}を停止しているため、{mail}を送りませんでした。",
            Reason.NoAddress => $"メールアドレスが分からないため、{mail}を送っていません。",
            Reason.CapReached => $"配信上限に達したため、{mail}を保留しました。",
            Reason.QuietHours => $"相手の配信可能時間になるまで、{mail}を保留しました。",
            Reason.HeldOut when detail["attribute"] is { } withheld => $"比較用の未配信グループのため、{withheld} を設定しませんでした。",
            Reason.HeldOut when detail["endpoint"] is { } uncalled => $"比較用の未配信グループのため、エンドポイント {uncalled} を呼び出しませんでした。",
            Reason.HeldOut when detail["others"] is { } unstopped => $"比較用の未配信グループのため、シナリオ {unstopped} を停止しませんでした。",
            Reason.HeldOut when detail["forgets"] is not null => "比較用の未配信グループのため、個人データを消去しませんでした。",
            Reason.HeldOut => $"比較用の未配信グループのため、{mail}を送りませんでした。",
            Reason.ConditionFalse => $"条件{JapaneseText((step as Step.Send)?.If)}に当てはまらないため、{mail}を見送りました。",
            Reason.NoRecipient => $"契約企業に宛先となる方がいないため、{mail}を送りませんでした。",
            Reason.Expired => $"有効期限までに送信できなかったため、{mail}を送りませんでした。",
            Reason.Paused when step is Step.Escalate or Step.Task or Step.Notify => $"シナリオが一時停止中のため、{here}で待っています。",
            Reason.Paused => $"シナリオが一時停止中のため、{mail}を保留しました。",
            Reason.SendingStopped => $"すべての配信が停止されているため、{mail}を保留しました。",
            Reason.NotAllowListed => $"この環境は許可リストのアドレスにだけ送信するため、{mail}を送りませんでした。",
            Reason.CaseTaken => $"その時点で案件の対応が始まっていたか、ほかの担当者に移っていたため、{mail}を送りませんでした。",
            Reason.CaseClosed => $"その時点で案件の対応が終了していたため、{mail}を送りませんでした。",
            Reason.CaseMailsOff => $"本人が案件に関するメールを受け取らない設定にしているため、{mail}を送りませんでした。",
            Reason.LinkOver => $"リンクが使用済み、再発行済み、または期限切れのため、{mail}を送りませんでした。",
            Reason.ColleagueLeft => $"宛先のメンバーがサインインできなくなったため、{mail}を送りませんでした。",
            Reason.Cancelled => $"送信前に{mail}を取り消しました。",
            Reason.RenderFailed => $"テンプレートの差し込みに失敗したため、{mail}を送りませんでした。",
            Reason.Refused => $"相手のメールサーバーに拒否され、{mail}を届けられませんでした。",
            Reason.Uncertain => $"応答の記録がないため、{mail}が届いたかどうか分かりません。",
            Reason.Internal => $"Nurture の内部エラーのため、{mail}を送りませんでした。運用担当者がログで確認できます。",

            Reason.GoalReached when detail["late"] is not null => $"シナリオ{name}の目標{JapaneseText(scenario?.Goal?.When)}を期限内に達成していました(記録は期限後に届きました)。",
            Reason.GoalReached => $"シナリオ{name}の目標{JapaneseText(scenario?.Goal?.When)}を達成しました。",
            Reason.GoalMissed => $"期限が過ぎ、シナリオ{name}の目標{JapaneseText(scenario?.Goal?.When)}は未達となりました。",
            Reason.ExitTrue => $"途中終了条件{(detail["exit"] is { } exit ? $"({Quote(exit)})" : "")}に当てはまり、シナリオ{name}を途中で終了しました。",
            Reason.AudienceLost => $"対象条件{JapaneseText(scenario?.Audience)}から外れ、シナリオ{name}を途中で終了しました。",
            Reason.Completed => $"シナリオ{name}を最後まで完了しました。",
            Reason.Ended => detail["reason"] switch
            {
                "skipped" => $"メールを見送ったため、シナリオ{name}を終了しました{place}。",
                { Length: > 0 } reason => $"シナリオ{name}を終了しました{place}:{reason}。",
                _ => $"シナリオ{name}を終了しました{place}。",
            },
            Reason.Merged when detail["before"] is not null => $"統合により、もう一方がシナリオ{name}をすでに終えていたことがわかったため、この進行を終了しました。",
            Reason.Merged => $"同じ方のコンタクトが統合され、シナリオ{name}の進行はもう一方に引き継がれました。",
            Reason.Erased => "個人情報の削除により、すべて終了しました。",
            Reason.Stopped => $"シナリオ{name}から{hand}外されました{JapaneseOf(detail["because"])}。",

            Reason.ContactMerged => detail["into"] is { } into ? $"{into} と同じ方だと分かり、そちらに統合されました。" : $"{detail["from"] ?? "別のコンタクト"} と同じ方だと分かり、統合しました。",
            Reason.AccountMerged => detail["into"] is { } into ? $"{into} と同じ契約企業だと分かり、所属するコンタクトとともにそちらへ統合されました。" : $"{detail["from"] ?? "別の契約企業"} と同じ契約企業だと分かり、所属するコンタクトや対応中のエスカレーションとともに統合しました。",
            Reason.AccountJoined => $"契約企業({detail["account"] ?? "不明"})の一員になりました。",
            Reason.MembershipAdded => $"別の契約企業({detail["account"] ?? "不明"})にも所属しました。",
            Reason.MovedSlot => "契約企業の方々と同じ処理単位に移りました。",
            Reason.Hit => $"{mail}を開封したか、メール内のリンクをクリックしました。",
            Reason.Bounced => $"{mail}は不達となりました。",
            Reason.LateEvent when detail["would"] == "heard" => $"{detail["event"] ?? "出来事"} が遅れて届きました。間に合っていれば{here}で受け取っていました。集計には含めますが、済んだ判断は変わりません。",
            Reason.LateEvent => $"出来事が遅れて届きました。集計には含めますが、済んだ判断は変わりません{place}。",
            Reason.Parked => "処理に失敗して止まっています。確認が必要です。",
            Reason.Resumed => "止まっていた処理を再開しました。",
            Reason.Prepared => "新しいバージョンの準備をしました。",

            Reason.BandChanged => $"ヘルススコアが{(detail["from"] is { } from ? $"「{JapaneseBand(from)}」から" : "")}「{JapaneseBand(detail["to"])}」になりました。",
            Reason.EscalationOpened => $"要対応(エスカレーション){JapaneseOf(detail["type"])}を起票し、人の対応に引き継ぎました。",
            Reason.EscalationJoined => $"対応中のエスカレーション{JapaneseOf(detail["type"])}に根拠として追加しました。",
            Reason.EscalationNotOpened => detail["because"] switch
            {
                "no_account" => $"契約企業が分からないため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                "unknown_type" => $"きっかけの定義がなくなったため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                "internal" => $"社内またはテスト用の相手のため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                "off" => $"きっかけが無効になっているため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                "cool_down" => $"完了したばかりのため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                "budget" => $"担当者への起票数が上限に達していたため、エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
                _ => $"エスカレーション{JapaneseOf(detail["type"])}は起票しませんでした。",
            },
            Reason.EscalationClosed => $"エスカレーション{JapaneseOf(detail["type"])}を完了しました{(detail["outcome"] is { } outcome ? $"(対応結果:{outcome})" : "")}。",
            Reason.OutcomeHeard => $"{here}で、対応結果「{detail["outcome"] ?? "不明"}」を受けて次へ進みました。",
            Reason.OnHold => $"自動配信を保留中のため、{mail}を保留しました{JapaneseOf(detail["because"])}。",
            Reason.HoldStarted => $"{JapaneseHeld(entry)}への自動配信を{(Day(detail["until"]) is { } until ? $" {until.ToString("yyyy年M月d日", CultureInfo.InvariantCulture)}まで" : "")}保留しました{JapaneseOf(detail["because"])}。",
            Reason.HoldEnded => $"{JapaneseHeld(entry)}への自動配信の保留を解除しました。",
            Reason.Throttled => $"{mail}には一定時間あたりの上限があるため、順番を待っています。",
            Reason.SubjectTested => $"{mail}は、クリックの多い件名が分かるまで送信を待っています。",
            Reason.SourceSilent => $"判断のもとになるイベントの送信元が沈黙しているため、{here}で待っています。",
            Reason.Replied when entry.EnrollmentId != 0 => $"ご本人から返信があったため、シナリオ{name}を終了しました。ここからは担当者が対応します。",
            Reason.Replied => $"{(detail["template"] is { } answered ? $"メール「{answered}」に" : "メールに")}返信がありました。ここからは担当者が対応します。",
            Reason.AnsweredByMachine => $"{(detail["template"] is { } absent ? $"メール「{absent}」に" : "メールに")}自動応答がありました。進行には影響しません。",
            Reason.InternalContact => $"シナリオ{name}には参加していません。お客さまの契約企業での社内担当者の操作は集計に含めないためです。",
            Reason.CallPlanned => $"エンドポイント{JapaneseOf(detail["endpoint"])}を呼び出します。",
            Reason.CallAnswered => $"エンドポイント{JapaneseOf(detail["endpoint"])}が応答しました{JapaneseOf(detail["status"])}。",
            Reason.CallFailed => $"エンドポイント{JapaneseOf(detail["endpoint"])}に届きませんでした:{JapaneseCallProblem(detail["because"], detail["status"])}。",
            Reason.ColleagueNotified => $"{detail["who"] ?? "担当者"} に知らせました。",
            Reason.NobodyToNotify => $"宛先({detail["who"] ?? "不明"})にあたる担当者がいないため、誰にも知らせませんでした。",
            Reason.Answered => $"{mail}の質問に「{detail["answer"] ?? "不明"}」と回答がありました。",
            Reason.AnswerChanged => $"{mail}の質問への回答が{(detail["before"] is { } before ? $"「{before}」から" : "")}「{detail["answer"] ?? "不明"}」に変わりました。最後の回答が有効です。すでに進んだステップは元に戻しません。",
            Reason.ApprovalAsked => $"{(detail["assignee"] is { Length: > 0 } approver ? $" {approver} " : "担当者")}の承認を待つため、{mail}を保留しました。",
            Reason.Approved => $"{mail}が{hand}承認されました。",
            Reason.NotApproved => $"承認されなかったため、{mail}を送りませんでした。",
            Reason.ApprovalOver => detail["otherwise"] == "send" ? $"期限までに回答がなかったため、{mail}をそのまま送ります。" : $"期限までに承認されなかったため、{mail}を送りませんでした。",
            Reason.OwnerChanged => $"担当者が {detail["from"] ?? "前任者"} から {(detail["to"] is { Length: > 0 } next ? next : "未定")} に変わり、対応中のものを引き継ぎました。",
            Reason.TaskDone => $"{here}が{hand}完了し{(detail["outcome"] is { } how and not Step.Task.Done ? $"(結果:{how})" : "")}、次へ進みました。",
            Reason.TriggerNotTrue => $"シナリオ{name}の開始条件にもう当てはまらないため、参加しませんでした。",
            Reason.TaskOpened => $"タスク{JapaneseOf(detail["task"])}を作成しました。",

            Reason.SessionCancelled => $"セッション{(detail["session"] is { } session ? $"「{session}」" : "")}が中止になったため、シナリオ{name}を離れました。",
        };
    }

    private static string JapaneseName(Step? step, string id) => step switch
    {
        null => id.Length > 0 ? $"ステップ {id}" : "ステップ",
        Step.Send send => $"メール「{send.Template}」",
        Step.WaitFor wait => $"{Quote(wait.For.Text)} の待機{(wait.UpTo is { } most ? $"(最長{JapaneseLength(most)})" : "")}",
        Step.WaitLength { Length: { IsExact: true } length } => $"{JapaneseLength(length.Exact)}の待機",
        Step.WaitLength => $"待機 {id}",
        Step.WaitUntil until => $"{until.Time.ToString("HH:mm", CultureInfo.InvariantCulture)} までの待機",
        Step.WaitUntilDate until => $"{JapaneseMoment(until.Until)}までの待機",
        Step.Branch => $"分岐 {id}",
        Step.Split => $"振り分け {id}",
        Step.Repeat => $"繰り返し {id}",
        Step.Assign => "担当者の割り当て",
        Step.Unsubscribe unsubscribe => $"配信カテゴリ「{unsubscribe.Topic}」の停止",
        Step.Forget => "個人情報の削除",
        Step.Enlist { IsStruckOut: false } enlist => $"セグメント「{enlist.Segment}」への追加",
        Step.Enlist enlist => $"セグメント「{enlist.Segment}」からの除外",
        Step.Start start => $"シナリオ {start.Scenario} の開始",
        Step.Stop stop => $"シナリオ {string.Join("、", stop.Scenarios)} の停止",
        Step.Set set => $"{set.Attribute} の設定",
        Step.End => "終了",
        Step.Escalate escalate => $"エスカレーション {escalate.Type}",
        Step.Webhook webhook => $"Webhook「{webhook.Endpoint}」",
        Step.Notify notify => $"通知({notify.Who?.ToString() ?? notify.Channel})",
        Step.Task task => $"タスク「{task.Title}」",
        _ => throw new InvalidOperationException($"No name for {step.GetType().Name}."),
    };

    private static string JapaneseMoment(DateMoment until) => Far(until.Offset) is var (far, isBefore) ? $"{until.Date.Text} の {far} {(isBefore ? "前" : "後")}" : $"{until.Date.Text} ";

    /// <summary>As Japanese writes <c>3d</c>: <c>3日</c>.</summary>
    internal static string JapaneseLength(TimeSpan length)
    {
        var written = Length.Write(length);
        return written switch
        {
            [.. var days, 'd'] => $"{days}日",
            [.. var hours, 'h'] => $"{hours}時間",
            [.. var ms, 'm', 's'] => $"{ms}ミリ秒",
            [.. var minutes, 'm'] => $"{minutes}分",
            _ => written,
        };
    }

    private static string JapaneseCallProblem(string? because, string? status) => because switch
    {
        "expired" => status is null or "0" ? "期限までに応答がありませんでした" : $"期限になっても {status} の応答でした",
        "gone" => "相手が終了(410)を返したため、無効にしました",
        "refused_address" => "このサーバーから呼び出せないアドレスです",
        "no_endpoint" => "その名前のエンドポイントがありません",
        "disabled" => "エンドポイントが無効になっています",
        _ => because ?? "呼び出しに失敗しました",
    };

    private static string JapaneseBand(string? band) => band switch
    {
        "healthy" => "良好",
        "watch" => "要注意",
        "at_risk" => "解約リスク",
        _ => "データ不足",
    };

    private static string JapaneseOf(string? what) => string.IsNullOrEmpty(what) ? "" : $"({what})";

    internal static string JapaneseText(Condition? condition) =>
        condition is null ? "" : $"({Quote(condition.Text)}{string.Concat(condition.Segments.Select(segment => $"。セグメント「{segment.Title}」は {Quote(segment.Is.Text)}"))})";

    private static string JapaneseOwner(Step.Set set) => set.On == Contacts.SubjectKind.Account ? "契約企業の " : "コンタクトの ";

    private static string JapaneseArm(Detail detail) => detail["arm"] is not { } arm ? "" : detail["ground"] switch
    {
        "tested" => $"(件名テストの対象、件名 {arm})",
        "won" => $"(テストで選ばれた件名 {arm})",
        _ => $"(テストで比較できなかったため、先頭の件名 {arm})",
    };

    private static string JapaneseMail(Step? step, Detail detail, string id) =>
        detail["template"] is { } template ? $"メール「{template}」" : step is Step.Send send ? $"メール「{send.Template}」" : id.Length > 0 ? $"メール(ステップ {id})" : "メール";
}
