using System.CommandLine;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Cli;

/// <summary><c>nurture import contacts|accounts|suppressions FILE.csv</c>: checks every row here, then gives them to a running server.</summary>
internal static class ImportCommand
{
    // Half of what the API takes at once, so that an interruption is noticed soon.
    private const int BatchRows = 500;
    private const int MostShown = 50;

    public static Command Create() => new("import", "Import contacts, accounts or suppressed addresses from a CSV file. Rows update what is known and start nothing, unless --start-scenarios says so.")
    {
        Of(ImportKind.Contacts, "contacts", "Contacts: user_id, email, account_id, roles (admin;operator), basis, and attributes of events.yaml."),
        Of(ImportKind.Accounts, "accounts", "Accounts: account_id, and attributes of events.yaml."),
        Of(ImportKind.Suppressions, "suppressions", "Addresses that may not be mailed: email, reason, note."),
    };

    private static Command Of(ImportKind kind, string name, string description)
    {
        var server = new ServerArguments();
        var file = new Argument<string>("file") { Description = "A CSV file in UTF-8; its first row names the columns." };
        var within = new Option<string?>("--namespace") { Description = "Of the ids: that of the source whose events name them.", HelpName = "name" };
        var basis = new Option<string?>("--basis") { Description = "On what ground people may be mailed, for rows that say none.", HelpName = "basis" };
        basis.AcceptOnlyFromAmong([.. ConsentBases.Names]);
        var map = new Option<string[]>("--map") { Description = "What a column holds: --map Mail=email Company= (empty leaves it out).", HelpName = "column=attribute", AllowMultipleArgumentsPerToken = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Check, say what it would come to, and change nothing." };
        var starts = new Option<bool>("--start-scenarios") { Description = "Let what the rows change start scenarios. Without --yes it only says whom." };
        var yes = new Option<bool>("--yes") { Description = "With --start-scenarios: import, and start them." };
        var skip = new Option<bool>("--skip-errors") { Description = "Import the sound rows though others have errors." };
        var plan = new Option<string?>("--scenarios") { Description = "The folder that holds events.yaml. Without it: the folder scenarios, here or above.", HelpName = "folder" };
        var command = new Command(name, description) { file, map, dryRun, skip, plan };
        if (kind != ImportKind.Suppressions)
        {
            command.Options.Add(within);
            command.Options.Add(starts);
            command.Options.Add(yes);
        }

        if (kind == ImportKind.Contacts) command.Options.Add(basis);
        server.AddTo(command);
        command.SetAction((parsed, cancel) =>
        {
            var path = parsed.GetRequiredValue(file);
            if (!File.Exists(path)) throw new CommandException($"There is no file {path}.");
            var read = ImportFile.Read(path, kind, Names(parsed.GetValue(map) ?? []), Plan(parsed.GetValue(plan)));
            var order = new Order(name, kind == ImportKind.Suppressions ? null : parsed.GetValue(within), kind == ImportKind.Contacts ? parsed.GetValue(basis) : null, parsed.GetValue(dryRun), parsed.GetValue(skip), kind != ImportKind.Suppressions && parsed.GetValue(starts));
            return RunAsync(read, order, kind != ImportKind.Suppressions && parsed.GetValue(yes), () => server.Connect(parsed), new Screen(parsed.InvocationConfiguration.Output), cancel);
        });
        return command;
    }

    private sealed record Order(string List, string? Namespace, string? Basis, bool IsDryRun, bool SkipsErrors, bool StartsScenarios);

    private static async Task<int> RunAsync(ImportFile file, Order order, bool isAgreed, Func<ApiClient> connect, Screen screen, CancellationToken cancel)
    {
        if (file.Unplanned is { Count: > 0 } unplanned)
            screen.Line($"{string.Join(", ", unplanned)}: {(order.List == "suppressions" ? "not looked at." : "not in events.yaml, taken as further attributes.")} Say what a column is by --map {unplanned[0]}=email, or leave it out by --map {unplanned[0]}=");
        var broken = ShowProblems(file.Problems, screen);
        if (file.Rows.Count == 0)
        {
            screen.Line("The file has no rows.");
            return CommandLine.Good;
        }

        if (broken.Count > 0 && !order.SkipsErrors && !order.IsDryRun)
        {
            screen.Line($"{broken.Count} of {CommandLine.Count(file.Rows.Count, "row")} have errors; nothing was imported. Mend them, or import the others with --skip-errors.");
            return CommandLine.FoundWrong;
        }

        var rows = file.Rows.Where(row => !broken.Contains(row.Line)).ToList();
        var sum = new Sum();
        try
        {
            using var api = connect();
            if (order.StartsScenarios && !order.IsDryRun && !isAgreed)
            {
                var asked = order with { IsDryRun = true };
                var would = new Sum();
                foreach (var batch in rows.Chunk(BatchRows)) would.Add(await api.PostAsync("/api/v1/imports", Body(asked, batch), cancel), batch);
                screen.Line($"{Started(would)} Nothing was imported. Run it again with --yes to go on.");
                return CommandLine.Good;
            }

            await screen.ProgressAsync(order.IsDryRun ? "Checking" : "Importing", rows.Count, async tell =>
            {
                foreach (var batch in rows.Chunk(BatchRows))
                {
                    if (cancel.IsCancellationRequested) return;
                    // A batch that has begun is waited for, so that what is said to be in is in.
                    sum.Add(await api.PostAsync("/api/v1/imports", Body(order, batch), CancellationToken.None), batch);
                    tell(sum.Rows);
                }
            });
        }
        catch (NoServerException e) when (order.IsDryRun)
        {
            screen.Line($"Checked here only. {e.Message}");
            screen.Line($"{CommandLine.Count(file.Rows.Count, "row")}: {rows.Count} sound, {broken.Count} with errors.");
            return broken.Count > 0 ? CommandLine.FoundWrong : CommandLine.Good;
        }
        catch (Exception e) when (e is CommandException or NoServerException && sum.Rows > 0)
        {
            screen.Line(HowFar(sum, rows.Count));
            throw;
        }

        var refused = ShowProblems(sum.Problems, screen);
        if (sum.Rows < rows.Count)
        {
            screen.Line($"Interrupted. {HowFar(sum, rows.Count)}");
            return CommandLine.CouldNot;
        }

        screen.Line(Said(order, sum, file.Rows.Count, broken.Count + refused.Count));
        return broken.Count + refused.Count > 0 ? CommandLine.FoundWrong : CommandLine.Good;
    }

    private static Dictionary<string, object?> Body(Order order, ImportFileRow[] batch) => new()
    {
        ["namespace"] = order.Namespace,
        ["basis"] = order.Basis,
        ["dry_run"] = order.IsDryRun,
        ["start_scenarios"] = order.StartsScenarios,
        [order.List] = batch.Select(row => row.Body),
    };

    private static HashSet<int> ShowProblems(IReadOnlyList<(int Line, string Problem)> problems, Screen screen)
    {
        foreach (var (line, problem) in problems.Take(MostShown)) screen.Line($"line {line}: {problem}");
        if (problems.Count > MostShown) screen.Line($"… and {problems.Count - MostShown} more.");
        return [.. problems.Select(problem => problem.Line)];
    }

    private static string HowFar(Sum sum, int rows) =>
        $"{sum.Rows} of {CommandLine.Count(rows, "row")} are in. Run the same command again for the rest: rows that are in already change nothing.";

    private static string Said(Order order, Sum sum, int rows, int broken)
    {
        var verb = order.IsDryRun ? "would be taken" : "taken";
        var parts = new List<string> { $"{CommandLine.Count(rows, "row")}: {sum.Accepted} {verb}, {broken} with errors" };
        if (sum.NewContacts > 0) parts.Add(CommandLine.Count(sum.NewContacts, "new contact"));
        if (sum.Merged > 0) parts.Add($"{CommandLine.Count(sum.Merged, "contact")} merged");
        if (sum.Suppressed > 0) parts.Add($"{sum.Suppressed} newly suppressed");
        return $"{string.Join("; ", parts)}.{(order is { StartsScenarios: true, IsDryRun: true } ? $" {Started(sum)}" : "")}";
    }

    private static string Started(Sum sum) => sum.Starts.Count == 0 ? "No scenario would be started."
        : $"Would start {string.Join(", ", sum.Starts.Select(one => $"{one.Key} for {one.Value.Entering}{(one.Value.Unsettled > 0 ? $" (and perhaps {one.Value.Unsettled} of whom more has to be known)" : "")}"))}.";

    private static Dictionary<string, string> Names(string[] pairs)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            if (cut < 1) throw new CommandException($"--map {pair} names no attribute. Write --map {pair}=email");
            names[pair[..cut]] = pair[(cut + 1)..].Trim();
        }

        return names;
    }

    private static TrackingPlan Plan(string? folder)
    {
        if (folder is not null && !Directory.Exists(folder)) throw new CommandException($"There is no folder {folder}.");
        if ((folder ?? Folders.Find("scenarios")) is not { } found) return TrackingPlan.Empty;
        var path = Path.Combine(found, ScenarioLibrary.PlanFile);
        if (!File.Exists(path)) return TrackingPlan.Empty;
        var (plan, said) = TrackingPlanReader.Read(File.ReadAllText(path), path);
        return said.FirstOrDefault(d => d.Severity == Severity.Error) is { } mistake ? throw new CommandException(mistake.ToString()) : plan;
    }

    /// <summary>What the server's answers come to.</summary>
    private sealed class Sum
    {
        public int Rows { get; private set; }

        public long Accepted { get; private set; }

        public long NewContacts { get; private set; }

        public long Merged { get; private set; }

        public long Suppressed { get; private set; }

        public List<(int Line, string Problem)> Problems { get; } = [];

        public SortedDictionary<string, (long Entering, long Unsettled)> Starts { get; } = new(StringComparer.Ordinal);

        public void Add(JsonElement answer, ImportFileRow[] batch)
        {
            Rows += batch.Length;
            Accepted += answer.GetProperty("accepted").GetInt64();
            NewContacts += answer.GetProperty("new_contacts").GetInt64();
            Merged += answer.GetProperty("merged_contacts").GetInt64();
            Suppressed += answer.GetProperty("suppressed").GetInt64();
            foreach (var start in answer.GetProperty("starts").EnumerateArray())
            {
                var (name, before) = (start.GetProperty("scenario").GetString()!, Starts.GetValueOrDefault(start.GetProperty("scenario").GetString()!));
                Starts[name] = (before.Entering + start.GetProperty("entering").GetInt64(), before.Unsettled + start.GetProperty("unsettled").GetInt64());
            }

            foreach (var error in answer.GetProperty("errors").EnumerateArray())
                Problems.Add((batch[error.GetProperty("row").GetInt32() - 1].Line, error.GetProperty("detail").GetString() ?? ""));
        }
    }
}
