using System.Globalization;
using System.Numerics;
using Nurture.Templating.Syntax;
using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>Comparisons of one path with what is written out, of which no value fulfills all.</summary>
internal sealed partial class Binder
{
    private sealed class Bounds
    {
        public object? Equal { get; set; }

        public HashSet<object> Unequal { get; } = [];

        /// <summary>The largest number that it has to be above (or no less than).</summary>
        public (double Number, bool IsIncluded) Low { get; set; } = (double.NegativeInfinity, true);

        public (double Number, bool IsIncluded) High { get; set; } = (double.PositiveInfinity, true);

        public bool AreEmpty =>
            Equal is not null && Unequal.Contains(Equal)
            || Low.Number > High.Number || Low.Number == High.Number && !(Low.IsIncluded && High.IsIncluded)
            || Equal is double number && (number < Low.Number || number == Low.Number && !Low.IsIncluded || number > High.Number || number == High.Number && !High.IsIncluded);
    }

    /// <param name="all">What <c>&amp;&amp;</c> joins.</param>
    private void CheckContradiction(Expression.Binary junction, IEnumerable<Expression> all)
    {
        var byPath = new Dictionary<string, Bounds>(StringComparer.Ordinal);
        foreach (var part in all)
        {
            if (Bare(part) is not Expression.Binary { Operator: var @operator } comparison) continue;
            var isMirrored = WrittenOut(comparison.Left) is not null;
            var (path, value) = isMirrored ? (comparison.Right, WrittenOut(comparison.Left)) : (comparison.Left, WrittenOut(comparison.Right));
            // A person has several roles at a time.
            if (value is null || Bare(path) is not Expression.Member { Identifier: not "role" } || PathOf(Bare(path)) is not var (root, rest)) continue;
            var name = $"{root}.{rest}";
            if (!byPath.TryGetValue(name, out var bounds)) byPath[name] = bounds = new();
            var isFirst = bounds.Equal is null;
            switch (isMirrored ? Mirrored(@operator) : @operator)
            {
                case BinaryOperator.Equal when isFirst: bounds.Equal = value; break;
                case BinaryOperator.Equal when !bounds.Equal!.Equals(value): bounds.Unequal.Add(bounds.Equal); break;
                case BinaryOperator.NotEqual: bounds.Unequal.Add(value); break;
                case BinaryOperator.Greater when value is double low && low >= bounds.Low.Number: bounds.Low = (low, false); break;
                case BinaryOperator.GreaterOrEqual when value is double low && low > bounds.Low.Number: bounds.Low = (low, true); break;
                case BinaryOperator.Less when value is double high && high <= bounds.High.Number: bounds.High = (high, false); break;
                case BinaryOperator.LessOrEqual when value is double high && high < bounds.High.Number: bounds.High = (high, true); break;
                default: continue;
            }

            if (!bounds.AreEmpty) continue;
            report.Warn(AlwaysTheSame, junction.Span, $"{name} cannot be all of this at once, so this is always false.", "Join what may be one or the other with ||, or write one_of(…).");
            return;
        }
    }

    private static object? WrittenOut(Expression expression) => Bare(expression) switch
    {
        Expression.Literal { Value: string or bool } literal => literal.Value,
        Expression.Literal { Value: BigInteger big } => (double)big,
        Expression.Literal { Value: not null } literal => Convert.ToDouble(literal.Value, CultureInfo.InvariantCulture),
        Expression.Unary { Operator: UnaryOperator.Minus } minus when WrittenOut(minus.Operand) is double number => -number,
        _ => null,
    };

    private static BinaryOperator Mirrored(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Greater => BinaryOperator.Less,
        BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        _ => @operator,
    };
}
