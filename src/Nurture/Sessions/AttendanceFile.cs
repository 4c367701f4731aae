using System.Globalization;
using Nurture.Intake;

namespace Nurture.Sessions;

/// <summary>A line of who was there.</summary>
/// <param name="Line">Of the file, from 1.</param>
/// <param name="HasCome">Null where the line does not say; then whoever joined came.</param>
public sealed record AttendanceLine(int Line, string Email, bool? HasCome, DateTimeOffset? JoinedAt, DateTimeOffset? LeftAt);

/// <param name="Line">Of the file, from 1.</param>
public sealed record AttendanceError(int Line, string Detail);

/// <summary>
/// Reads what meeting tools export: a line of names (<c>email</c>, and <c>attended</c> or <c>joined_at</c>, <c>left_at</c>; other
/// columns are left alone), then a line each, by RFC 4180, with commas, semicolons or tabs.
/// </summary>
public static class AttendanceFile
{
    private static readonly string[] EmailNames = ["email", "e-mail", "mail", "email_address", "メールアドレス", "メール"];
    private static readonly string[] AttendedNames = ["attended", "attendance", "出席", "参加"];
    private static readonly string[] JoinedNames = ["joined_at", "joined", "join_time", "入室時刻", "参加時刻"];
    private static readonly string[] LeftNames = ["left_at", "left", "leave_time", "退室時刻", "退出時刻"];
    private static readonly string[] Yes = ["yes", "y", "true", "1", "attended", "はい", "出席", "参加", "○"];
    private static readonly string[] No = ["no", "n", "false", "0", "missed", "", "いいえ", "欠席", "不参加", "×"];

    /// <param name="zone">Of times that say none.</param>
    public static (IReadOnlyList<AttendanceLine> Lines, IReadOnlyList<AttendanceError> Errors) Read(string text, NodaTime.DateTimeZone zone)
    {
        var rows = CsvText.Rows(text).Where(row => row.Cells.Any(cell => cell.Length > 0)).ToList();
        if (rows.Count == 0) return ([], [new(1, "The file is empty: its first line names the columns, email and attended.")]);
        var names = rows[0].Cells.Select(cell => cell.Trim().ToLowerInvariant().Replace(' ', '_')).ToList();
        var (email, attended, joined, left) = (Column(EmailNames), Column(AttendedNames), Column(JoinedNames), Column(LeftNames));
        if (email < 0 || (attended < 0 && joined < 0))
            return ([], [new(rows[0].Line, $"The first line names the columns: email, and attended or joined_at. Found: {string.Join(", ", names)}.")]);
        var (lines, errors) = (new List<AttendanceLine>(), new List<AttendanceError>());
        foreach (var (line, cells) in rows.Skip(1))
        {
            var address = Cell(email);
            var said = Cell(attended).ToLowerInvariant();
            bool? hasCome = attended < 0 ? null : Yes.Contains(said) ? true : No.Contains(said) ? false : null;
            var (joinedAt, leftAt) = (Moment(joined), Moment(left));
            if (!address.Contains('@')) errors.Add(new(line, address.Length == 0 ? "The address is missing." : $"\"{address}\" is no address."));
            else if (attended >= 0 && hasCome is null) errors.Add(new(line, $"\"{said}\" is neither yes nor no."));
            else if (joinedAt.IsWrong || leftAt.IsWrong) errors.Add(new(line, $"\"{(joinedAt.IsWrong ? Cell(joined) : Cell(left))}\" is no time: 2026-12-03 14:05, or with its zone 2026-12-03T14:05:00+09:00."));
            else if (leftAt.At < joinedAt.At) errors.Add(new(line, "They left before they came."));
            else lines.Add(new(line, address, hasCome ?? joinedAt.At is not null, joinedAt.At, leftAt.At));

            string Cell(int column) => column >= 0 && column < cells.Count ? cells[column].Trim() : "";

            (DateTimeOffset? At, bool IsWrong) Moment(int column)
            {
                if (Cell(column) is not { Length: > 0 } written) return (null, false);
                if (DateTime.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeLocal, out _) is false) return (null, true);
                var hasZone = written.EndsWith('Z') || System.Text.RegularExpressions.Regex.IsMatch(written, @"[+-]\d{2}:?\d{2}$");
                if (hasZone) return DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.None, out var exact) ? (exact.ToUniversalTime(), false) : (null, true);
                var local = NodaTime.LocalDateTime.FromDateTime(DateTime.Parse(written, CultureInfo.InvariantCulture, DateTimeStyles.None));
                return (zone.AtLeniently(local).ToDateTimeOffset().ToUniversalTime(), false);
            }
        }

        return (lines, errors);

        int Column(string[] known) => names.FindIndex(known.Contains);
    }
}
