using System.Text;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>Questions that look at events in a window: what they ask becomes a criterion.</summary>
internal sealed partial class Binder
{
    // Two of an account's people may turn out to be one; without spare ones, a person that was dropped would be missing then.
    private const int SparePeople = 8;

    // Intake names these itself, for pages and screens.
    private static readonly string[] AlwaysKnown = ["page", "screen"];

    private bool IsCounting(Expression expression) =>
        Bare(expression) is Expression.Call { IsPiped: false } call && IsWrittenWithBrackets(call) && own is null && NameOf(call) is (_, "count" or "people");

    /// <summary><c>count</c> or <c>people</c>, compared with a number that is known here, or with something that is not.</summary>
    private Part? BindCounting(Expression.Call call, Relation? relation, double? number)
    {
        if (IsOutOfReach(call)) return null;
        var isPeople = NameOf(call)!.Value.Name == "people";
        if (Arguments(call, 1, 2, "where") is not { } arguments) return null;
        if (AskedSubject(call) is not { } of) return null;
        if (isPeople && of == SubjectKind.Contact)
        {
            return FailedPart(call, ConditionDiagnostics.UnknownFunction, "people counts the people of an account.", $"Write account.{WithoutReceiver(call)}.");
        }

        if (EventName(arguments[0], of, call) is not { } name) return null;
        if (arguments is not [_, var written])
        {
            var who = Shown(call.Function);
            return FailedPart(call, BadLength, $"{who} needs a window.", $"Write {who}({Shown(arguments[0])}, \"14d\"), or \"ever\".");
        }

        if (!BindWindow(written, allowsEver: true, out var window)) return null;
        if (!BindWhere(call, new OwnEvent(name, SeesTrigger: false), out var where, out var whereText)) return null;

        var needed = number is { } known && relation is { } asked ? Needed(asked, known, call) : (double?)null;
        var isBucketed = !isPeople && !(needed <= Criterion.MostKept);
        if (isPeople && needed > Criterion.MostKept)
        {
            return FailedPart(call, BadArguments, $"People are told apart up to {Criterion.MostKept}, so that this is never known.", "Compare with a smaller number.");
        }

        if (needed is null || needed > Criterion.MostKept)
        {
            if (isPeople)
            {
                report.Warn(Approximate, call.Span, $"People are told apart up to {Criterion.MostKept}; whether there are more than that is unknown.");
            }
            else if (window is { } length)
            {
                report.Warn(Approximate, call.Span, $"Up to {Criterion.MostKept} are counted exactly. This is counted in parts of {Length.Write(RoundedUp(length / Criterion.MostKept))}, and an event leaves the window with its part.",
                    needed is null ? "Compare it with a number that is written out." : null);
            }
        }

        var keep = isBucketed ? Criterion.MostKept
            : isPeople ? (int)Math.Min((needed ?? Criterion.MostKept) + SparePeople, Criterion.MostKept)
            : (int)needed!.Value;
        var criterion = Counted(of, isPeople ? CriterionKind.People : CriterionKind.Count, name, where, whereText, window, keep, isBucketed);
        return new Part(PartType.Number, new Count(criterion));
    }

    private static TimeSpan RoundedUp(TimeSpan length) => TimeSpan.FromMinutes(Math.Ceiling(length.TotalMinutes));

    /// <summary>How many must be kept so that the comparison is exact.</summary>
    private double Needed(Relation relation, double number, Expression.Call call)
    {
        // A count is a whole number from zero up.
        bool? always = relation switch
        {
            Relation.GreaterOrEqual when number <= 0 => true,
            Relation.Greater when number < 0 => true,
            Relation.NotEqual when number < 0 || number != Math.Floor(number) => true,
            Relation.Less when number <= 0 => false,
            Relation.LessOrEqual when number < 0 => false,
            Relation.Equal when number < 0 || number != Math.Floor(number) => false,
            _ => null,
        };
        if (always is { } answer)
        {
            report.Warn(AlwaysTheSame, call.Span, $"{Shown(call)} is a whole number from 0 up, so this is always {(answer ? "true" : "false")}.");
        }

        var needed = relation switch
        {
            Relation.GreaterOrEqual or Relation.Less => Math.Ceiling(number),
            Relation.Greater or Relation.LessOrEqual or Relation.Equal or Relation.NotEqual => Math.Floor(number) + 1,
        };
        return Math.Max(1, needed);
    }

    /// <summary><c>sum("x", event.y, "30d")</c> and its kin: a number of the events in a window.</summary>
    private Part? BindMeasured(Expression.Call call, Figure figure)
    {
        if (Arguments(call, 3, 3, "where") is not [var happening, var measured, var written]) return null;
        if (AskedSubject(call) is not { } of || EventName(happening, of, call) is not { } name) return null;
        if (Bare(measured) is Expression.Literal { Value: string property })
        {
            return FailedPart(measured, BadArguments, $"{NameOf(call)!.Value.Name} reads a number of the event, and \"{property}\" is a text.", $"Write event.{property}.");
        }

        var inner = new Binder(source, scope, report, new OwnEvent(name, SeesTrigger: false));
        if (inner.BindNumber(measured) is not { } number) return null;
        if (number.Value is null or Constant)
        {
            return FailedPart(measured, BadArguments, $"{Shown(measured)} is the same for every event.", $"Name a number of it, event.…, or ask count(\"{name}\", …).");
        }

        if (!BindWindow(written, allowsEver: true, out var window)) return null;
        if (!BindWhere(call, new OwnEvent(name, SeesTrigger: false), out var where, out var whereText)) return null;
        if (window is { } length)
        {
            report.Warn(Approximate, call.Span, $"The latest {Criterion.MostKept} of each are reckoned exactly. Of who has more within the window, older ones are taken together in parts of {Length.Write(RoundedUp(length / Criterion.MostKept))}, and leave it with their part.");
        }

        var kind = figure switch { Figure.Sum or Figure.Average => CriterionKind.Sum, Figure.Max => CriterionKind.Max, Figure.Min => CriterionKind.Min };
        var criterion = Counted(of, kind, name, where, whereText, window, Criterion.MostKept, value: new Quantity(Canonical(measured), number.Value, []));
        return new Part(PartType.Number, new Measured(criterion, figure), MayBeAbsent: figure != Figure.Sum);
    }

    /// <summary><c>first("x")</c> and <c>last("x")</c>: moments.</summary>
    private Part? BindMoment(Expression.Call call, bool isFirst)
    {
        if (Arguments(call, 1, 1, "where") is not [var argument]) return null;
        if (AskedSubject(call) is not { } of || EventName(argument, of, call) is not { } name) return null;
        if (!BindWhere(call, new OwnEvent(name, SeesTrigger: false), out var where, out var whereText)) return null;
        var criterion = Counted(of, isFirst ? CriterionKind.First : CriterionKind.Count, name, where, whereText, null, 1);
        return new Part(PartType.Instant, isFirst ? new First(criterion) : new Last(criterion), MayBeAbsent: true);
    }

    private Part? BindEver(Expression.Call call)
    {
        if (Arguments(call, 1, 1, "where") is not [var argument]) return null;
        if (AskedSubject(call) is not { } of || EventName(argument, of, call) is not { } name) return null;
        if (!BindWhere(call, new OwnEvent(name, SeesTrigger: false), out var where, out var whereText)) return null;
        var criterion = Counted(of, CriterionKind.Count, name, where, whereText, null, 1);
        return new Part(PartType.Boolean, Test: new Comparison(Relation.GreaterOrEqual, new Count(criterion), new Constant(Reading.Of(1))));
    }

    private Part? BindSilent(Expression.Call call)
    {
        if (Arguments(call, 2, 2) is not [var list, var written]) return null;
        if (AskedSubject(call) is not { } of) return null;
        var items = Bare(list) is Expression.ArrayLiteral array ? array.Items : [list];
        var names = items.Select(item => EventName(item, of, call)).ToArray();
        if (names.Length == 0) return FailedPart(list, BadArguments, "silent names no event.", "Write silent([\"login\"], \"14d\").");
        if (names.Any(name => name is null) || !BindWindow(written, allowsEver: false, out var window)) return null;
        var silent = names.Distinct().Select(name => Counted(of, CriterionKind.Count, name!, null, "", window, 1)).ToArray();
        return new Part(PartType.Boolean, Test: new Silent(of, silent));
    }

    private Criterion Counted(
        SubjectKind of, CriterionKind kind, string eventName, Condition? where, string whereText, TimeSpan? window, int keep, bool isBucketed = false, Quantity? value = null)
    {
        var criterion = Criterion.Of(of, kind, eventName, where, whereText, window, keep, isBucketed, value);
        criteria.Add(criterion);
        Reads(of);
        return criterion;
    }

    /// <summary>Without a receiver, the scenario's own subject is asked (SEMANTICS.md 8).</summary>
    private SubjectKind? AskedSubject(Expression.Call call)
    {
        var of = NameOf(call)!.Value.Receiver ?? scope.Subject;
        return of == SubjectKind.Contact && NeedsNoContact(call, $"Ask {WithoutReceiver(call)}, of anyone.") ? null : of;
    }

    private string WithoutReceiver(Expression.Call call)
    {
        var shown = Shown(call);
        return shown.StartsWith("contact.", StringComparison.Ordinal) ? shown["contact.".Length..] : shown;
    }

    private string? EventName(Expression expression, SubjectKind of, Expression.Call call)
    {
        if (TextIn(expression, "an event's name") is not { } written) return null;
        var name = scope.Asks is { Count: > 0 } ? Engine.ProductEvents.NameOf(written, scope.Plan) : written;
        if ((scope.Plan.Events.GetValueOrDefault(name) ?? Engine.ProductEvents.Find(name)) is { } planned)
        {
            if (planned.IsAccountFact && of == SubjectKind.Contact)
            {
                report.Warn(AccountFact, call.Span, $"\"{name}\" is a fact of the account: whoever did it, it is done for all.",
                    $"Ask account.{WithoutReceiver(call)}.");
            }
        }
        else if (name.StartsWith(Engine.ProductEvents.Prefix, StringComparison.Ordinal))
        {
            report.Warn(UnknownEvent, expression.Span, $"Nurture tells no event \"{name}\", so that this never happens.", Spelling.Hint(name, Engine.ProductEvents.All.Select(one => one.Name)) ?? Engine.ProductEvents.Listed);
        }
        else if (scope.Plan.Events.Count > 0 && !AlwaysKnown.Contains(name))
        {
            report.Warn(UnknownEvent, expression.Span, $"The event \"{name}\" is not in the tracking plan.", Spelling.OfMails(name) ?? Spelling.Hint(name, scope.Plan.Events.Keys));
        }

        return name;
    }

    private bool BindWindow(Expression expression, bool allowsEver, out TimeSpan? window)
    {
        window = null;
        switch (Bare(expression))
        {
            case Expression.Literal { Value: "ever" } when allowsEver:
                return true;
            case Expression.Literal { Value: string text }:
                window = Length.Read(text);
                if (window is not null) return true;
                var isCalendar = text.EndsWith("mo", StringComparison.Ordinal) || text.EndsWith("bd", StringComparison.Ordinal);
                Failed(expression, BadLength,
                    isCalendar ? (Wording)$"\"{text}\" has no exact length, and a window has." : (Wording)$"\"{text}\" is no length.",
                    $"Write a number with m, h, d or w, up to {Length.Longest.TotalDays:0}d: \"14d\".");
                return false;
            case Expression.Literal { Value: not null and not bool and var number }:
                Failed(expression, BadLength, $"{number} of what?", $"Write \"{number}d\" for days.");
                return false;
            default:
                Failed(expression, BadLength, $"A window is written out, not computed: {Shown(expression)} is not known beforehand.", "Write it like \"14d\".");
                return false;
        }
    }

    /// <summary>False when there is a <c>where</c> that is wrong.</summary>
    private bool BindWhere(Expression.Call call, OwnEvent of, out Condition? where, out string text)
    {
        (where, text) = (null, "");
        if (Named(call, "where") is not { } expression) return true;
        var inner = new Binder(source, scope, report, of);
        if (inner.BindTest(expression) is not { } test) return false;
        text = Canonical(expression);
        readsContact |= inner.readsContact;
        readsAccount |= inner.readsAccount;
        where = new Condition(text, test, [], [], inner.readsContact, inner.readsAccount);
        return true;
    }

    /// <summary>The same for everybody who means the same by it, whatever blanks they put: it is part of stored keys.</summary>
    private static string Canonical(Expression expression)
    {
        var text = new StringBuilder();
        Write(expression);
        return text.ToString();

        void Write(Expression part)
        {
            switch (part)
            {
                case Expression.Group group: text.Append('('); Write(group.Inner); text.Append(')'); break;
                case Expression.Name name: text.Append(name.Identifier); break;
                case Expression.Member member: Write(member.Target); text.Append('.').Append(member.Identifier); break;
                case Expression.Literal { Value: string literal }: text.Append('"').Append(literal.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"'); break;
                case Expression.Literal { Value: bool literal }: text.Append(literal ? "true" : "false"); break;
                case Expression.Literal literal: text.Append(Convert.ToString(literal.Value, System.Globalization.CultureInfo.InvariantCulture)); break;
                case Expression.Unary unary: text.Append(unary.Operator == UnaryOperator.Not ? '!' : '-'); Write(unary.Operand); break;
                case Expression.Binary binary: Write(binary.Left); text.Append(' ').Append(Signs[binary.Operator]).Append(' '); Write(binary.Right); break;
                case Expression.Call call:
                    Write(call.Function);
                    text.Append('(');
                    for (var i = 0; i < call.Arguments.Count; i++)
                    {
                        if (i > 0) text.Append(", ");
                        Write(call.Arguments[i].Value);
                    }

                    text.Append(')');
                    break;
                default: throw new InvalidOperationException($"{part.GetType().Name} was bound though conditions do not have it.");
            }
        }
    }

    private static readonly Dictionary<BinaryOperator, string> Signs = new()
    {
        [BinaryOperator.And] = "&&", [BinaryOperator.Or] = "||", [BinaryOperator.Equal] = "==", [BinaryOperator.NotEqual] = "!=",
        [BinaryOperator.Less] = "<", [BinaryOperator.LessOrEqual] = "<=", [BinaryOperator.Greater] = ">", [BinaryOperator.GreaterOrEqual] = ">=",
        [BinaryOperator.Add] = "+", [BinaryOperator.Subtract] = "-", [BinaryOperator.Multiply] = "*", [BinaryOperator.Divide] = "/",
    };
}
