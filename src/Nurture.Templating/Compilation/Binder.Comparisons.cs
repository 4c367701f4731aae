using System.Runtime.CompilerServices;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>What is compared with what, as far as it is known without running it: for those who know the model's types.</summary>
internal sealed partial class Binder
{
    private static readonly Dictionary<ComparedKind, string[]> Results = new()
    {
        [ComparedKind.Number] =
        [
            "array.size", "object.size", "string.size", "string.index_of", "string.to_int", "string.to_long", "string.to_float", "string.to_double",
            "math.abs", "math.ceil", "math.floor", "math.round", "math.divided_by", "math.random",
        ],
        [ComparedKind.Text] =
        [
            "array.join", "date.to_string", "date.parse_to_string", "html.escape", "html.strip", "math.format", "object.format", "object.typeof", "name.full", "name.short", "name.salutation",
            "string.append", "string.capitalize", "string.capitalizewords", "string.downcase", "string.upcase", "string.strip", "string.lstrip", "string.rstrip", "string.prepend", "string.remove",
            "string.replace", "string.replace_first", "string.slice", "string.truncate", "string.truncatewords", "string.handleize", "string.pluralize",
        ],
        [ComparedKind.Boolean] =
        [
            "array.any", "array.contains", "math.is_number", "object.has_key", "object.has_value", "string.contains", "string.starts_with", "string.ends_with", "string.empty",
            "string.equals_ignore_case", "string.whitespace",
        ],
        [ComparedKind.Date] =
        [
            "date", "date.now", "date.utc_now", "date.parse", "date.add_days", "date.add_hours", "date.add_milliseconds", "date.add_minutes", "date.add_months", "date.add_seconds", "date.add_years",
        ],
        [ComparedKind.Duration] =
            ["timespan.zero", "timespan.from_days", "timespan.from_hours", "timespan.from_minutes", "timespan.from_seconds", "timespan.from_milliseconds", "timespan.parse"],
    };

    private static readonly Dictionary<string, ComparedKind> ResultOf = Results.SelectMany(kind => kind.Value.Select(name => (name, kind.Key))).ToDictionary(pair => pair.name, pair => pair.Key, StringComparer.Ordinal);

    private readonly List<TemplateComparison> _comparisons = [];

    // Heads of what is assigned to, beside plain names.
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    private void NoteComparison(BinaryOperator @operator, Expression left, Expression right, SourceSpan span)
    {
        if (options.IsMail && @operator is >= BinaryOperator.Less and <= BinaryOperator.NotEqual && !IsNothing(left) && !IsNothing(right))
        {
            _comparisons.Add(new TemplateComparison(@operator, ValuesOf(left), ValuesOf(right), span));
        }
    }

    private List<ComparedValue> ValuesOf(Expression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var span = expression.Span;
        switch (expression)
        {
            case Expression.Group group:
                return ValuesOf(group.Inner);
            case Expression.Literal { Value: null }:
                return [];
            case Expression.Literal literal:
                return [new ComparedValue(literal.Value switch { string => ComparedKind.Text, bool => ComparedKind.Boolean, _ => ComparedKind.Number }, span, Literal: literal.Value)];
            case Expression.Interpolation:
                return [new ComparedValue(ComparedKind.Text, span)];
            case Expression.Unary { Operator: UnaryOperator.Not }:
                return [new ComparedValue(ComparedKind.Boolean, span)];
            case Expression.Unary { Operator: UnaryOperator.Minus or UnaryOperator.Plus }:
                return [new ComparedValue(ComparedKind.Number, span)];
            case Expression.Choice choice:
                return [.. ValuesOf(choice.WhenTrue), .. ValuesOf(choice.WhenFalse)];
            case Expression.Binary { Operator: BinaryOperator.Coalesce } binary:
                return [.. ValuesOf(binary.Left), .. ValuesOf(binary.Right)];
            case Expression.Binary binary:
                return [new ComparedValue(KindOf(binary), span)];
            case Expression.Call { Arguments: [var value, var otherwise] } call when IsBuiltin(call.Function, "object.default"):
                return [.. ValuesOf(value.Value), .. ValuesOf(otherwise.Value)];
            case Expression.Call call:
                return [new ComparedValue(KindOfResult(call.Function), span)];
            case Expression.Member { Target: Expression.Name { Identifier: "for" or "tablerow" }, Identifier: "index" or "rindex" or "length" or "col" }:
                return [new ComparedValue(ComparedKind.Number, span)];
            case Expression.Name or Expression.Member or Expression.Index:
                return [OfPath(expression)];
            default:
                return [new ComparedValue(ComparedKind.Unknown, span)];
        }
    }

    private ComparedKind KindOf(Expression.Binary binary)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.And or BinaryOperator.Or or >= BinaryOperator.Less and <= BinaryOperator.NotEqual:
                return ComparedKind.Boolean;
            case BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide or BinaryOperator.DivideInteger or BinaryOperator.Modulo
                when ValuesOf(binary.Left) is [{ Kind: var left }] && ValuesOf(binary.Right) is [{ Kind: var right }]:
                return (left, right, binary.Operator) switch
                {
                    (ComparedKind.Number, ComparedKind.Number, _) => ComparedKind.Number,
                    (ComparedKind.Text, _, BinaryOperator.Add) or (_, ComparedKind.Text, BinaryOperator.Add) => ComparedKind.Text,
                    (ComparedKind.Date, ComparedKind.Date, BinaryOperator.Subtract) => ComparedKind.Duration,
                    (ComparedKind.Date, ComparedKind.Duration, BinaryOperator.Add or BinaryOperator.Subtract) => ComparedKind.Date,
                    _ => ComparedKind.Unknown,
                };
            default:
                return ComparedKind.Unknown;
        }
    }

    private ComparedKind KindOfResult(Expression function) =>
        PathOf(function) is { Length: > 0 } path && ResultOf.TryGetValue(path, out var kind) && IsBuiltin(function, path) ? kind : ComparedKind.Unknown;

    private bool IsBuiltin(Expression function, string path)
    {
        var head = path.Split('.', 2)[0];
        return PathOf(function) == path && !_assigned.Contains(head) && !_bound.Contains(head) && _openObjects == 0;
    }

    private ComparedValue OfPath(Expression expression)
    {
        if (PathOf(expression) is not { Length: > 0 } path || path[0] == '$')
        {
            return new ComparedValue(ComparedKind.Unknown, expression.Span);
        }

        // A built-in that needs no argument is called by its name.
        if (path.Contains('.') && ResultOf.ContainsKey(path))
        {
            return new ComparedValue(KindOfResult(expression), expression.Span);
        }

        var head = path.Split('.', 2)[0];
        return _openObjects > 0 || _bound.Contains(head) || builtins.Contains(head)
            ? new ComparedValue(ComparedKind.Unknown, expression.Span)
            : new ComparedValue(ComparedKind.Unknown, expression.Span, path);
    }
}
