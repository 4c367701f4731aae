using System.Globalization;
using Nurture.Templating;

namespace Nurture.Sessions;

/// <summary>What a mail's inputs say of the session that it brings for the reader's calendar, as <see cref="SessionFacts"/> wrote it.</summary>
/// <param name="Sequence">Counts its changes.</param>
public sealed record CalendarFacts(string Id, int Sequence, bool IsCancelled, bool IsAccepted, string Title, string Link, DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    /// <summary>Null where the mail brings none.</summary>
    public static CalendarFacts? In(TemplateObject inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (!inputs[SessionFacts.CalendarName].TryGetObject(out var of) || of["id"] is not { Kind: TemplateValueKind.Text } id) return null;
        return new(id.ToString(), int.Parse(Text("sequence"), CultureInfo.InvariantCulture), Text("is_cancelled") == "true", Text("is_accepted") == "true",
            Text("title"), Text("link"), Moment("starts_at"), Moment("ends_at"));

        string Text(string name) => of[name].ToString();
        DateTimeOffset Moment(string name) => DateTimeOffset.Parse(Text(name), CultureInfo.InvariantCulture);
    }
}
