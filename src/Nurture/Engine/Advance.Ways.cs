using System.Globalization;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Ways that are drawn, and ways that are gone again.</summary>
internal sealed partial class Advance
{
    /// <summary>Drawn once, by the account where there is one, and kept: whoever joins an account or meets a changed share stays what they were (SEMANTICS.md 22).</summary>
    private bool IsHeldOut(SubjectState subject, string scenario, double share)
    {
        const string heldOut = "held_out", letThrough = "let_through";
        // No scenario is called so.
        var (account, memory) = (subject as AccountState ?? AccountOf((ContactState)subject), $"#holdout/{scenario}");
        if ((subject.Splits.GetValueOrDefault(memory) ?? account?.Splits.GetValueOrDefault(memory)) is { } drawn) return drawn == heldOut;
        var (holder, isHeldOut) = (account ?? subject, Draws.Share("holdout", scenario, AccountRefOf(subject)) < share);
        holder.Splits[memory] = isHeldOut ? heldOut : letThrough;
        set.Touch(new SubjectKey(slot, holder.Ref));
        return isHeldOut;
    }

    private bool HasSplit(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Split split, DateTimeOffset at)
    {
        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        // Of a scenario with rows it is drawn once for all of them; what was drawn for one before that was so is kept, too.
        var (memory, ofRow) = ($"{Scenario.FamilyOf(enrollment.Scenario)}/{split.Id}", $"{enrollment.Scenario}/{split.Id}");
        var names = split.Arms.Select(arm => arm.Name).ToList();
        var arm = Kept(account);
        if (arm < 0) arm = Kept(subject);
        if (arm < 0)
        {
            var (drawn, below) = (Draws.Share($"split\n{split.Id}", Scenario.FamilyOf(enrollment.Scenario), AccountRefOf(subject)), 0d);
            arm = split.Arms.ToList().FindIndex(one => drawn < (below += one.Share));
            // Shares that round to a little less than 1 leave the last arm.
            if (arm < 0) arm = split.Arms.Count - 1;
            var holder = account ?? subject;
            holder.Splits[memory] = names[arm];
            set.Touch(new SubjectKey(slot, holder.Ref));
        }

        Note(subject, enrollment, Reason.SplitTaken, at, detail: Detail(("arm", names[arm])));
        Go(subject, enrollment, published, node.Targets[arm], enrollment.StepStartedAt);
        return true;

        int Kept(SubjectState? holder) => names.IndexOf(holder?.Splits.GetValueOrDefault(memory) ?? holder?.Splits.GetValueOrDefault(ofRow) ?? "");
    }

    private bool Repeats(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Repeat repeat, DateTimeOffset at)
    {
        if (enrollment.Repeat != repeat.Id) (enrollment.Repeat, enrollment.Iteration, enrollment.IterationStartedAt) = (repeat.Id, 0, enrollment.StepStartedAt);
        if (enrollment.Iteration >= repeat.Times || repeat.Until?.Evaluate(Context(subject, enrollment, at) with { IsOfAllTurns = true }) == Truth.True)
        {
            Note(subject, enrollment, Reason.RepeatOver, at, detail: Detail(("times", enrollment.Iteration.ToString(CultureInfo.InvariantCulture))));
            (enrollment.Repeat, enrollment.Iteration, enrollment.IterationStartedAt) = (null, 0, default);
            Go(subject, enrollment, published, node.Next, enrollment.StepStartedAt);
            return true;
        }

        enrollment.Iteration++;
        enrollment.IterationStartedAt = enrollment.StepStartedAt;
        Note(subject, enrollment, Reason.RepeatBegun, at, detail: Detail(("turn", enrollment.Iteration.ToString(CultureInfo.InvariantCulture))));
        Go(subject, enrollment, published, node.Targets[0], enrollment.StepStartedAt);
        return true;
    }
}
