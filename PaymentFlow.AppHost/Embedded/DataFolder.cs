namespace PaymentFlow.AppHost.Embedded;

/// <summary>The data folder belongs to one host at a time.</summary>
static class DataFolder
{
    // Held until the process ends, however it ends: the system lets go of it even after kill -9.
    static readonly List<FileStream> Locks = [];

    /// <exception cref="EmbeddedException">Another host has it.</exception>
    public static void Open(EmbeddedOptions options)
    {
        var folder = Directory.CreateDirectory(options.DataFolder);
        if (!OperatingSystem.IsWindows())
        {
            // Others may pass through (Postgres runs as another user), but not look around.
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        }
        try
        {
            Locks.Add(new FileStream(Path.Combine(folder.FullName, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new EmbeddedException(
                "PaymentFlow is already running from this checkout: stop that one first (Ctrl+C), or give this one --data-folder PATH --free-ports.");
        }
        if (!options.Fresh) return;
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => entry.Name != "lock"))
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }
    }
}
