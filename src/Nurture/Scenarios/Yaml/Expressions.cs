namespace Nurture.Scenarios.Yaml;

internal static class Expressions
{
    /// <summary>An expression of the language of conditions; what is wrong with it is said at its own column.</summary>
    public static T? Expression<T>(this YamlSource source, YamlNode? node, Wording what, Func<string, List<Diagnostic>, T?> compile) where T : class
    {
        if (node is null) return null;
        if (node is not YamlNode.Scalar scalar)
        {
            source.Error(DiagnosticCodes.WrongShape, node.Span, $"\"{what}:\" is an expression, not {Values.Shape(node)}", "Put quotes around all of it.");
            return null;
        }

        var at = new ScalarPositions(source, scalar);
        var found = new List<Diagnostic>();
        var compiled = compile(scalar.Value, found);
        foreach (var diagnostic in found) source.Diagnostics.Add(diagnostic with { File = source.File, Span = at.Span(diagnostic.Span.Start, diagnostic.Span.Length) });
        return compiled;
    }
}
