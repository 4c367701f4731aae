using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Simulation;

public static partial class Explanation
{
    /// <summary>What somebody did, or what was said about them, as a sentence; null for what is the product's own bookkeeping.</summary>
    /// <param name="template">Of the mail that was opened or clicked, where it is known.</param>
    public static string? Sentence(StoredEvent row, string? template, Language language)
    {
        var isJapanese = language == Language.Japanese;
        return row.Kind == SignalKind.Occurred ? Done(row, isJapanese) : SignalCodec.Read(row) switch
        {
            Signal.Described said => Said(said.Attributes, isJapanese),
            Signal.AccountDescribed said => Said(said.Attributes, isJapanese),
            Signal.Grouped { Roles.Count: 0 } => isJapanese ? "契約企業の一員として届きました。" : "Was named as one of an account.",
            Signal.Grouped grouped => isJapanese ? $"役割が付きました:{string.Join("、", grouped.Roles)}。" : $"Got the {(grouped.Roles.Count == 1 ? "role" : "roles")} {string.Join(", ", grouped.Roles)}.",
            Signal.Hit hit => (hit.IsClick, isJapanese) switch
            {
                (true, true) => $"メール「{template ?? hit.Step}」のリンクをクリックしました。",
                (false, true) => $"メール「{template ?? hit.Step}」を開封しました(画像の読み込みによる推定)。",
                (true, false) => $"Clicked a link in the mail {template ?? hit.Step}.",
                (false, false) => $"Opened the mail {template ?? hit.Step}, as far as loaded pictures tell.",
            },
            Signal.Refused refused => (refused.IsRefused, refused.Topic == Sends.Consent.Everything, isJapanese) switch
            {
                (true, true, true) => "すべての配信を停止しました。",
                (true, false, true) => $"配信カテゴリ「{refused.Topic}」を停止しました。",
                (false, true, true) => "配信停止を取り消しました。",
                (false, false, true) => $"配信カテゴリ「{refused.Topic}」の停止を取り消しました。",
                (true, true, false) => "Unsubscribed from everything.",
                (true, false, false) => $"Unsubscribed from the topic {refused.Topic}.",
                (false, true, false) => "Took the unsubscription back.",
                (false, false, false) => $"Took the unsubscription from the topic {refused.Topic} back.",
            },
            Signal.ConsentSaid consent => isJapanese ? $"配信の根拠が「{JapaneseBasis(consent.Basis)}」として記録されました。" : $"The ground for mailing was recorded: {EnglishBasis(consent.Basis)}.",
            Signal.Left => isJapanese ? "退職(在籍なし)と記録されました。" : "Was recorded as having left the company.",
            _ => null,
        };
    }

    private static string Done(StoredEvent row, bool isJapanese)
    {
        if (row.Name is not ("page" or "screen") || Page(row) is not { Length: > 0 } page) return isJapanese ? $"{row.Name} が記録されました。" : $"Did {row.Name}.";
        return isJapanese ? $"「{page}」を閲覧しました。" : $"Looked at {page}.";
    }

    /// <summary>A page by its title, else its path or name; what an erasure emptied is none.</summary>
    private static string? Page(StoredEvent row)
    {
        if (row.Payload.Length < 2) return null;
        var seen = SignalCodec.ReadEvent(row);
        foreach (var name in new[] { "title", "name", "path", "url" })
        {
            if (seen[name] is { Kind: ValueKind.Text } text && text.AsText.Length > 0) return text.AsText;
        }

        return null;
    }

    private static string Said(IReadOnlyDictionary<string, AttributeValue> attributes, bool isJapanese) => isJapanese
        ? $"属性が更新されました:{string.Join("、", attributes.Keys.Order(StringComparer.Ordinal))}。"
        : $"Attributes were set: {string.Join(", ", attributes.Keys.Order(StringComparer.Ordinal))}.";

    private static string EnglishBasis(ConsentBasis basis) => basis switch
    {
        ConsentBasis.None => "none",
        ConsentBasis.OptIn => "opt-in",
        ConsentBasis.Relationship => "business relationship",
        ConsentBasis.Published => "published address",
    };

    private static string JapaneseBasis(ConsentBasis basis) => basis switch
    {
        ConsentBasis.None => "なし",
        ConsentBasis.OptIn => "同意(オプトイン)",
        ConsentBasis.Relationship => "取引関係",
        ConsentBasis.Published => "アドレスの公表",
    };
}
