namespace Nurture.Templating.Syntax;

/// <summary>A stretch of source text: offsets and lengths in UTF-16 units, line and column 1-based at its start.</summary>
public readonly record struct SourceSpan(int Start, int Length, int Line, int Column)
{
    public int End => Start + Length;
}
