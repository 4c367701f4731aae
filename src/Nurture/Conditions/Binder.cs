using System.Numerics;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>A part of a condition, typed: exactly one of value, test and roles is set.</summary>
/// <param name="MayBeAbsent">Nothing may have been said of it, so that <c>!=</c> is true where nobody knows.</param>
/// <param name="Choices">The values that it can have, where that is a closed list.</param>
internal sealed record Part(
    PartType Type, Operand? Value = null, Test? Test = null, RoleSource? Roles = null, bool MayBeAbsent = false, IReadOnlyList<string>? Choices = null)
{
    /// <summary>The attribute that it reads; null for anything else.</summary>
    public (SubjectKind Of, string Name)? Attribute { get; init; }
}

/// <summary>The event whose own fields a <c>where</c> reads.</summary>
/// <param name="SeesTrigger">Whether it may be compared with the starting event: asked once per enrollment, not counted for all.</param>
internal sealed record OwnEvent(string Name, bool SeesTrigger);

/// <summary>
/// Types an expression and makes it something fast to ask. Mistakes are collected; what they stand in is null, and is not
/// complained about again.
/// </summary>
internal sealed partial class Binder(string source, ConditionScope scope, Report report, OwnEvent? own)
{
    private readonly List<Criterion> criteria = [];
    private readonly List<EventPredicate> events = [];
    private readonly HashSet<Segment> segments = [];
    private readonly SortedSet<string> accountAttributes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> hitTemplates = new(StringComparer.Ordinal);
    private bool readsContact;
    private bool readsAccount;
    private bool readsHealth;

    public Condition? BindCondition(Expression root, string text)
    {
        var test = BindTest(root);
        return test is null || report.HasErrors
            ? null
            : new Condition(text, test, [.. criteria.DistinctBy(criterion => criterion.Key)], [.. events.DistinctBy(predicate => predicate.Key)], readsContact, readsAccount) { HitTemplates = [.. hitTemplates], Segments = [.. segments], AccountAttributes = [.. accountAttributes], ReadsHealth = readsHealth };
    }

    /// <param name="most">What is counted beyond this makes no difference.</param>
    public Quantity? BindQuantity(Expression root, string text, double most)
    {
        var part = IsCounting(root) ? BindCounting((Expression.Call)Bare(root), Relation.GreaterOrEqual, Math.Max(1, most)) : Bind(root);
        if (part is { Type: not (PartType.Number or PartType.Boolean or PartType.Untyped) })
            FailedPart(root, TypeMismatch, $"{Shown(root)} is {Named(part.Type)}, not a number.", part.Type is PartType.Instant or PartType.Date ? (Wording)$"Write days_since({Shown(root)})." : null);
        return part is null || report.HasErrors ? null : new Quantity(text, AsValue(part), [.. criteria.DistinctBy(criterion => criterion.Key)]) { Segments = [.. segments] };
    }

    public Fact? BindFact(Expression root, string text)
    {
        var part = IsCounting(root) ? BindCounting((Expression.Call)Bare(root), relation: null, number: null) : Bind(root);
        return part is null || report.HasErrors
            ? null
            : new Fact(text, part.Type, part.Roles is null ? AsValue(part) : null, part.Roles)
            {
                Criteria = [.. criteria.DistinctBy(criterion => criterion.Key)],
                Events = [.. events.DistinctBy(predicate => predicate.Key)],
                Segments = [.. segments],
            };
    }

    private Test? BindTest(Expression expression)
    {
        if (IsCounting(expression))
        {
            if (BindCounting((Expression.Call)Bare(expression), Relation.GreaterOrEqual, 1) is null) return null;
            return Failed(expression, NotBoolean, $"{Shown(expression)} is a number, not yes or no.", $"Write {Shown(expression)} >= 1.");
        }

        if (Bind(expression) is not { } part) return null;
        if (part.Test is { } test) return test;
        switch (part.Type)
        {
            case PartType.Boolean or PartType.Untyped:
                return part.Value is Constant constant ? new Always(constant.Value.Low != 0) : new IsTrue(part.Value!);
            case PartType.Number:
                return Failed(expression, NotBoolean, $"{Shown(expression)} is a number, not yes or no.",
                    part.Value is Constant ? "Compare something with it." : (Wording)$"Compare it: {Shown(expression)} >= 1.");
            case PartType.Text:
                Wording hint = part.Value is Constant ? "Compare something with it." : (Wording)$"Compare it with a text, or ask exists({Shown(expression)}).";
                return Failed(expression, NotBoolean, $"{Shown(expression)} is a text, not yes or no.", hint);
            case PartType.Instant or PartType.Date:
                return Failed(expression, NotBoolean, $"{Shown(expression)} is {Named(part.Type)}, not yes or no.", $"Ask exists({Shown(expression)}), or days_since({Shown(expression)}) >= 1.");
            case PartType.Roles:
                return Failed(expression, NotBoolean, $"{Shown(expression)} is a set of roles, not yes or no.", $"Write {Shown(expression)} == \"admin\".");
        }

        return null;
    }

    /// <summary>A path that says a day or a moment.</summary>
    public DateExpression? BindDate(Expression root, string text)
    {
        if (Bare(root) is not Expression.Member)
        {
            report.Error(BadMoment, root.Span, $"{Shown(root)} is no date.", "Name what says it: account.contract_end, trigger.starts_at.");
            return null;
        }

        if (Bind(root) is not { } part || report.HasErrors) return null;
        if (IsMoment(part) || part.Type is PartType.Untyped && part.Value is not null) return new(text, part.Value!);
        report.Error(TypeMismatch, root.Span, $"{Shown(root)} is {Named(part.Type)}, not a day or a moment.", "Give it the type date or instant in events.yaml.");
        return null;
    }

    private Part? Bind(Expression expression)
    {
        switch (expression)
        {
            case Expression.Group group: return Bind(group.Inner);
            case Expression.Literal literal: return BindLiteral(literal);
            case Expression.Name or Expression.Member: return BindPath(expression);
            case Expression.Call call: return BindCall(call);
            case Expression.Binary binary: return BindBinary(binary);
            case Expression.Unary { Operator: UnaryOperator.Not } not:
                return BindTest(not.Operand) is { } test ? new Part(PartType.Boolean, Test: new Not(test)) : null;
            case Expression.Unary { Operator: UnaryOperator.Minus } minus:
                return BindNumber(minus.Operand) is { } number ? Computed('-', new Part(PartType.Number, new Constant(Reading.Of(0))), number) : null;
            case Expression.Choice: return Unsaid(expression, "? … :", "Write two conditions, joined with || and &&.");
            case Expression.ArrayLiteral: return Unsaid(expression, "a list", "Write one_of(x, \"a\", \"b\").");
            case Expression.Index: return Unsaid(expression, "an index in brackets", "Write a path with dots.");
            case Expression.Interpolation: return Unsaid(expression, "a composed text", null);
            default: return Unsaid(expression, $"\"{Shown(expression)}\"", null);
        }
    }

    private Part? BindLiteral(Expression.Literal literal)
    {
        switch (literal.Value)
        {
            case null: return FailedPart(literal, NotInConditions, "Conditions do not have null.", "Ask exists(…), or not(exists(…)).");
            case bool value: return new Part(PartType.Boolean, new Constant(Reading.Of(value)));
            case string text: return new Part(PartType.Text, new Constant(Reading.Of(text)));
            case BigInteger big: return new Part(PartType.Number, new Constant(Reading.Of((double)big)));
            case var number: return new Part(PartType.Number, new Constant(Reading.Of(Convert.ToDouble(number, System.Globalization.CultureInfo.InvariantCulture))));
        }
    }

    private Part? BindBinary(Expression.Binary binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.And or BinaryOperator.Or: return BindJunction(binary);
            case BinaryOperator.Equal: return BindComparison(binary, Relation.Equal);
            case BinaryOperator.NotEqual: return BindComparison(binary, Relation.NotEqual);
            case BinaryOperator.Less: return BindComparison(binary, Relation.Less);
            case BinaryOperator.LessOrEqual: return BindComparison(binary, Relation.LessOrEqual);
            case BinaryOperator.Greater: return BindComparison(binary, Relation.Greater);
            case BinaryOperator.GreaterOrEqual: return BindComparison(binary, Relation.GreaterOrEqual);
            case BinaryOperator.Add: return BindArithmetic(binary, '+');
            case BinaryOperator.Subtract: return BindArithmetic(binary, '-');
            case BinaryOperator.Multiply: return BindArithmetic(binary, '*');
            case BinaryOperator.Divide: return BindArithmetic(binary, '/');
            case BinaryOperator.Coalesce or BinaryOperator.CoalesceNotNull:
                return Unsaid(binary, "??", "Give the attribute a default in the tracking plan, or ask exists(…).");
            default:
                return Unsaid(binary, $"this operator in \"{Shown(binary)}\"", "There are && || == != < <= > >= + - * /.");
        }
    }

    private Part? BindJunction(Expression.Binary junction)
    {
        var parts = new List<Expression>();
        Flatten(junction, junction.Operator, parts);

        // All of them are looked at before giving up, so that one run shows every mistake.
        var tests = parts.Select(BindTest).ToArray();
        if (junction.Operator == BinaryOperator.And) CheckContradiction(junction, parts);
        return tests.Any(test => test is null)
            ? null
            : new Part(PartType.Boolean, Test: new Junction(junction.Operator == BinaryOperator.Or, tests!));
    }

    private static void Flatten(Expression expression, BinaryOperator @operator, List<Expression> into)
    {
        if (expression is Expression.Binary binary && binary.Operator == @operator)
        {
            Flatten(binary.Left, @operator, into);
            Flatten(binary.Right, @operator, into);
        }
        else
        {
            into.Add(expression);
        }
    }

    private Part? BindNumber(Expression expression)
    {
        if (Bind(expression) is not { } part) return null;
        if (part.Type is PartType.Number or PartType.Untyped) return part;
        return FailedPart(expression, TypeMismatch, $"{Shown(expression)} is {Named(part.Type)}; only numbers are computed with.",
            part.Type is PartType.Instant or PartType.Date ? (Wording)$"Write days_since({Shown(expression)}) or days_until({Shown(expression)})." : null);
    }

    private Part? BindArithmetic(Expression.Binary binary, char operation)
    {
        var (left, right) = (BindNumber(binary.Left), BindNumber(binary.Right));
        if (left is null || right is null) return null;
        if (operation == '/' && right.Value is Constant { Value.Low: 0 }) return FailedPart(binary.Right, TypeMismatch, "This divides by zero.");
        return Computed(operation, left, right);
    }

    private static Part Computed(char operation, Part left, Part right) =>
        new(PartType.Number,
            left.Value is Constant a && right.Value is Constant b
                ? new Constant(Arithmetic.Compute(operation, a.Value, b.Value))
                : new Arithmetic(operation, left.Value!, right.Value!),
            MayBeAbsent: left.MayBeAbsent || right.MayBeAbsent || operation == '/');

    private static Expression Bare(Expression expression) => expression is Expression.Group group ? Bare(group.Inner) : expression;

    /// <summary>As the author wrote it, for messages.</summary>
    private string Shown(Expression expression)
    {
        var text = string.Join(' ', source.Substring(expression.Span.Start, expression.Span.Length).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 60 ? text : text[..57] + "…";
    }

    private static Wording Named(PartType type) => type switch
    {
        PartType.Boolean => "yes or no",
        PartType.Number => "a number",
        PartType.Text => "a text",
        PartType.Instant => "a moment",
        PartType.Date => "a day",
        PartType.Roles => "a set of roles",
        PartType.Untyped => "of no known type",
    };

    private Test? Failed(Expression at, string code, Wording message, Wording? hint = null)
    {
        report.Error(code, at.Span, message, hint);
        return null;
    }

    private Part? FailedPart(Expression at, string code, Wording message, Wording? hint = null)
    {
        report.Error(code, at.Span, message, hint);
        return null;
    }

    private Part? Unsaid(Expression at, Wording what, Wording? hint) => FailedPart(at, NotInConditions, $"Conditions do not have {what}.", hint);
}
