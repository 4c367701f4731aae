namespace Nurture.Contacts;

public static partial class StateCodec
{
    /// <summary>Hot rows stay under this; what is cold goes to a second row beyond it (DESIGN.md §4).</summary>
    public const int HotBytes = 1800;
}
