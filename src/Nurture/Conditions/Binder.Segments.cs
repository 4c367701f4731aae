using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary><c>segment("x")</c>: another condition, by its name.</summary>
internal sealed partial class Binder
{
    private Part? BindSegment(Expression.Call call)
    {
        if (Arguments(call, 1, 1) is not [var argument] || TextIn(argument, "a segment's name") is not { } name) return null;
        if (scope.Segments.Find(name) is not { } segment)
        {
            return FailedPart(argument, UnknownSegment, $"segments.yaml defines no segment \"{name}\".", Suggestions.For(name, scope.Segments.ByName.Keys, "There are"));
        }

        if (segment.Of == SubjectKind.Contact)
        {
            if (NeedsNoContact(call, $"\"{name}\" is a segment of contacts; an account is asked by a segment that says of: account.")) return null;
            Reads(SubjectKind.Contact);
        }

        segments.Add(segment);
        criteria.AddRange(segment.Is.Criteria);
        readsContact |= segment.Is.ReadsContact;
        readsAccount |= segment.Of == SubjectKind.Account || segment.Is.ReadsAccount;
        readsHealth |= segment.Is.ReadsHealth;
        return new Part(PartType.Boolean, Test: new InSegment(segment));
    }
}
