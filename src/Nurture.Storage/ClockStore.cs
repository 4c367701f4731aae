using System.Globalization;

namespace Nurture.Storage;

/// <summary>How far the business clock of this database runs ahead of the machine's; only development mode changes it.</summary>
public sealed class ClockStore(Database database)
{
    public async Task<TimeSpan> LoadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var text = await connection.ScalarAsync<string>(null, "select value from settings where name = @name", [("name", SettingNames.ClockOffset)], cancel);
        return TimeSpan.FromMilliseconds(text is null ? 0 : long.Parse(text, CultureInfo.InvariantCulture));
    }

    public Task SaveAsync(TimeSpan offset, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = @value",
            [("name", SettingNames.ClockOffset), ("value", ((long)offset.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))], ct), cancel);
}
