using Nurture.Contacts;
using Nurture.Segments;

namespace Nurture.Conditions;

/// <summary><c>segment("x")</c>: what its definition answers. A segment of accounts asks the person's account alone.</summary>
internal sealed class InSegment(Segment segment) : Test
{
    public override Truth Ask(in ConditionContext context) => segment.Is.Evaluate(Asked(context));

    public override long NextChange(in ConditionContext context) => segment.Is.NextChangeMs(Asked(context));

    private ConditionContext Asked(in ConditionContext context) => segment.Of == SubjectKind.Account ? context with { Contact = null } : context;
}

/// <summary>Whether somebody has written the subject into a list.</summary>
internal sealed class Listed(string segment, SubjectKind of) : Test
{
    public override Truth Ask(in ConditionContext context) =>
        context.SubjectOf(of) is { } subject ? Of(subject.Lists.Contains(segment)) : Truth.Unknown;
}
