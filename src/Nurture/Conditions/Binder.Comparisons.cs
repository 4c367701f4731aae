using System.Globalization;
using Nurture.Contacts;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>What may be compared with what.</summary>
internal sealed partial class Binder
{
    private Part? BindComparison(Expression.Binary binary, Relation relation)
    {
        // A counter keeps as much as the number it is compared with asks for, so that side comes first.
        Part? left, right;
        if (IsCounting(binary.Left) && !IsCounting(binary.Right))
        {
            right = Bind(binary.Right);
            left = BindCounting((Expression.Call)Bare(binary.Left), relation, NumberIn(right));
        }
        else if (IsCounting(binary.Right) && !IsCounting(binary.Left))
        {
            left = Bind(binary.Left);
            right = BindCounting((Expression.Call)Bare(binary.Right), Comparison.Mirrored(relation), NumberIn(left));
        }
        else
        {
            left = Bind(binary.Left);
            right = Bind(binary.Right);
        }

        if (left is null || right is null) return null;
        if (Compared(binary, relation, left, right) is not { } test) return null;
        WarnOfAbsence(binary, relation, left, right);
        return new Part(PartType.Boolean, Test: test);
    }

    /// <summary>What a counter is compared with, where that is known here; anything for what is a mistake anyway.</summary>
    private static double? NumberIn(Part? part) => part switch
    {
        { Type: PartType.Number, Value: Constant constant } => constant.Value.Low,
        { Type: PartType.Number or PartType.Untyped } => null,
        _ => 1,
    };

    private Test? Compared(Expression.Binary binary, Relation relation, Part left, Part right)
    {
        if (left.Type == PartType.Roles || right.Type == PartType.Roles) return ComparedRoles(binary, relation, left, right);
        if (IsMoment(left) || IsMoment(right) || IsOrderedText(relation, left, right)) return ComparedMoments(binary, relation, left, right);

        if (left.Type != right.Type && left.Type != PartType.Untyped && right.Type != PartType.Untyped)
        {
            return Failed(binary, TypeMismatch,
                $"{Shown(binary.Left)} is {Named(left.Type)} and {Shown(binary.Right)} {Named(right.Type)}: they do not compare.",
                IsComparison(binary.Left) ? "Write both comparisons, joined with &&."
                : HintFor(binary.Left, left, binary.Right, right) ?? HintFor(binary.Right, right, binary.Left, left));
        }

        var isEquality = relation is Relation.Equal or Relation.NotEqual;
        if (!isEquality && (left.Type is PartType.Text or PartType.Boolean || right.Type is PartType.Text or PartType.Boolean))
        {
            var type = left.Type is PartType.Text or PartType.Boolean ? left.Type : right.Type;
            return Failed(binary, TypeMismatch, $"{(Wording)(type == PartType.Text ? "Texts" : "Answers")} have no order: they compare with == and != only.");
        }

        CheckChoice(left, binary.Right, right);
        CheckChoice(right, binary.Left, left);
        return new Comparison(relation, AsValue(left), AsValue(right));
    }

    private static bool IsComparison(Expression expression) => expression is Expression.Binary
    {
        Operator: BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual or BinaryOperator.Equal or BinaryOperator.NotEqual,
    };

    private static Operand AsValue(Part part) => part.Value ?? new TestValue(part.Test!);

    private Test? ComparedRoles(Expression.Binary binary, Relation relation, Part left, Part right)
    {
        var (roles, other, at) = left.Type == PartType.Roles ? (left, right, binary.Right) : (right, left, binary.Left);
        if (other.Type is not (PartType.Text or PartType.Untyped) || relation is not (Relation.Equal or Relation.NotEqual))
        {
            return Failed(at, TypeMismatch, "Roles compare with a text, with == and != only.", "Write contact.role == \"admin\".");
        }

        Test has = other.Value is Constant constant ? new HasRole(roles.Roles!, constant.Value.Text!) : new HasRoleNamedBy(roles.Roles!, other.Value!);
        return relation == Relation.Equal ? has : new Not(has);
    }

    private static bool IsMoment(Part part) => part.Type is PartType.Instant or PartType.Date;

    /// <summary>An untyped field before or after a text: that makes sense for a day or a moment only.</summary>
    private static bool IsOrderedText(Relation relation, Part left, Part right) =>
        relation is not (Relation.Equal or Relation.NotEqual)
        && ((left.Type == PartType.Untyped && IsMomentText(right)) || (right.Type == PartType.Untyped && IsMomentText(left)));

    private static bool IsMomentText(Part part) =>
        part is { Type: PartType.Text, Value: Constant constant } && Reading.Moment(constant.Value.Text!).Kind != ReadingKind.Absent;

    private Test? ComparedMoments(Expression.Binary binary, Relation relation, Part left, Part right)
    {
        var (a, b) = (MomentIn(binary.Left, left), MomentIn(binary.Right, right));
        if (a is null || b is null) return null;
        if (a.Type == PartType.Untyped) a = a with { Type = b.Type, Value = new AsMoment(a.Value!, b.Type) };
        if (b.Type == PartType.Untyped) b = b with { Type = a.Type, Value = new AsMoment(b.Value!, a.Type) };
        return a.Type == b.Type ? new Comparison(relation, a.Value!, b.Value!) : new Comparison(relation, ByDay(a), ByDay(b));
    }

    private static Operand ByDay(Part part) => part switch
    {
        { Type: PartType.Date } => part.Value!,
        { Value: Now } => new Today(),
        _ => new DayOf(part.Value!),
    };

    private Part? MomentIn(Expression at, Part part)
    {
        if (IsMoment(part) || part.Type == PartType.Untyped) return part;
        if (part is not { Type: PartType.Text, Value: Constant constant })
        {
            return FailedPart(at, TypeMismatch, $"{Shown(at)} is {Named(part.Type)} and cannot be compared with a day or a moment.",
                part.Type == PartType.Number ? "Compare days_since(…) or days_until(…) with a number." : null);
        }

        var text = constant.Value.Text!;
        var moment = Reading.Moment(text);
        return moment.Kind switch
        {
            ReadingKind.Date => new Part(PartType.Date, new Constant(moment)),
            ReadingKind.Instant when HasOffset(text) => new Part(PartType.Instant, new Constant(moment)),
            ReadingKind.Instant => FailedPart(at, BadMoment, $"\"{text}\" does not say on which clock.", $"Write \"{text.Replace(' ', 'T')}+09:00\", or end it with Z for UTC."),
            ReadingKind.Absent or ReadingKind.Unknown or ReadingKind.Boolean or ReadingKind.Number or ReadingKind.Text =>
                FailedPart(at, BadMoment, $"\"{text}\" is no day and no moment.", "Write it like \"2026-12-31\" or \"2026-12-31T09:00:00+09:00\"."),
        };
    }

    private static bool HasOffset(string text) => text[^1] is 'Z' or 'z' || text.AsSpan(11).IndexOfAny('+', '-') >= 0;

    private Wording? HintFor(Expression at, Part part, Expression otherAt, Part other)
    {
        if (part is { Type: PartType.Text, Value: Constant constant } && other.Type == PartType.Number)
        {
            return double.TryParse(constant.Value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? (Wording)$"Write {constant.Value.Text} without quotes." : null;
        }

        if (part is { Type: PartType.Number, Value: Constant } && other.Type == PartType.Text) return $"Write \"{Shown(at)}\".";
        return other.Type == PartType.Boolean ? (Wording)$"Write {Shown(otherAt)}, or not({Shown(otherAt)})." : null;
    }

    private void CheckChoice(Part part, Expression otherAt, Part other)
    {
        if (other.Value is not Constant { Value: { Kind: ReadingKind.Text, Text: { } text } }) return;
        if (part.Choices is null && part.Attribute is var (of, name) && ProductKnowledge.Misspelled(of, name, text) is { } meant)
            report.Warn(UnknownValue, otherAt.Span, $"\"{text}\" is no {name} that Nurture knows of.", $"Did you mean \"{meant}\"? Which there are is said in events.yaml: {name}: {{ type: text, values: [ … ] }}.");
        if (part.Choices is null || part.Choices.Contains(text)) return;
        report.Warn(UnknownValue, otherAt.Span, $"\"{text}\" is none of the values that this can have.",
            Spelling.Hint(text, part.Choices) ?? $"There are {string.Join(", ", part.Choices.Select(choice => $"\"{choice}\""))}.");
    }

    private void WarnOfAbsence(Expression.Binary binary, Relation relation, Part left, Part right)
    {
        if (relation != Relation.NotEqual) return;
        var at = left.MayBeAbsent ? binary.Left : right.MayBeAbsent ? binary.Right : null;
        if (at is null) return;
        Wording hint = Bare(at) is Expression.Name or Expression.Member
            ? (Wording)$"Write exists({Shown(at)}) && {Shown(binary)} to leave those out, or not({Shown(binary.Left)} == {Shown(binary.Right)}) to let them in."
            : $"Write not({Shown(binary.Left)} == {Shown(binary.Right)}) if that is meant.";
        report.Warn(MayBeAbsent, binary.Span, $"This is also true where {Shown(at)} is not known.", hint);
    }
}
