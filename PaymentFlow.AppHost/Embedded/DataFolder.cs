namespace PaymentFlow.AppHost.Embedded;

/// <summary>The data folder belongs to one host at a time.</summary>
static class DataFolder
{
    /// <returns>The hold on it. The system lets go of it when the process ends, even by kill -9.</returns>
    /// <exception cref="EmbeddedException">Another host has it.</exception>
    public static IDisposable Open(EmbeddedOptions options)
    {
        var folder = Directory.CreateDirectory(options.DataFolder);
        if (!OperatingSystem.IsWindows())
        {
            // Others may pass through (Postgres runs as another user), but not look around.
            folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        }
        FileStream hold;
        try
        {
            hold = new FileStream(Path.Combine(folder.FullName, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new EmbeddedException(
                "PaymentFlow is already running from this checkout: stop that one first (Ctrl+C), or give this one --data-folder PATH --free-ports.");
        }
        if (!options.Fresh) return hold;
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => entry.Name != "lock"))
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }
        return hold;
    }
}
