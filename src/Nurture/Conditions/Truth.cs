namespace Nurture.Conditions;

/// <summary>
/// The three answers of a condition. Unknown is what a question gets that reaches further back than what was counted
/// (SEMANTICS.md 13): it is never zero, and never lets anyone in.
/// </summary>
public enum Truth : byte
{
    False = 0,
    True = 1,
    Unknown = 2,
}
