namespace Nurture.Harness;

/// <summary>A folder of its own below the system's temporary one, readable by the database's user; gone when disposed.</summary>
public sealed class ScratchFolder : IDisposable
{
    public ScratchFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory($"nurture-{name}-").FullName;
        // PostgreSQL does not run as root, and must get at its socket and its data in here.
        File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public string Path { get; }

    /// <summary>Left behind, for reading what went wrong.</summary>
    public bool IsKept { get; set; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (!IsKept)
            Directory.Delete(Path, recursive: true);
    }
}
