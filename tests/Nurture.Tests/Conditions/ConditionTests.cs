using Nurture.Conditions;

namespace Nurture.Tests.Conditions;

public class ConditionTests
{
    private static readonly DateTimeOffset Start = World.Start;

    [Fact]
    public void A_window_includes_the_moment_asked_about_and_excludes_its_start()
    {
        var condition = World.Compile("count(\"login\", \"14d\") == 1");
        var world = new World().Heard(condition, World.Occurred("login", Start.AddDays(20)));

        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddDays(20).AddMilliseconds(-1), condition)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start.AddDays(20), condition)));
        Assert.Equal(Truth.True, condition.Evaluate(world.Context(Start.AddDays(34).AddMilliseconds(-1), condition)));
        Assert.Equal(Truth.False, condition.Evaluate(world.Context(Start.AddDays(34), condition)));
        Assert.Equal(Start.AddDays(34), condition.NextChange(world.Context(Start.AddDays(20), condition)));
    }
}
