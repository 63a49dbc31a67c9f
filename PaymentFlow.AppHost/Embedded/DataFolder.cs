namespace PaymentFlow.AppHost.Embedded;

/// <summary>The data folder. It belongs to one host at a time, and holds nothing but what hosts put there.</summary>
sealed class DataFolder : IDisposable
{
    // Held while a host runs; that it is there says that the folder is ours.
    const string LockName = "paymentflow.lock";

    readonly DirectoryInfo _folder;
    readonly FileStream _hold;

    /// <summary>Takes hold of it. The system lets go when the process ends, even by kill -9.</summary>
    /// <exception cref="EmbeddedException">Another host has it, or it is full of somebody else's files: nothing was changed.</exception>
    public DataFolder(EmbeddedOptions options)
    {
        _folder = new DirectoryInfo(options.DataFolder);
        var lockFile = Path.Combine(_folder.FullName, LockName);
        if (!options.HasDefaultDataFolder && _folder.Exists && !File.Exists(lockFile) && _folder.EnumerateFileSystemInfos().Any())
        {
            throw new EmbeddedException(
                $"{_folder.FullName} holds other files, which `--fresh` would delete: give --data-folder a new or an empty folder.");
        }
        _folder.Create();
        try
        {
            _hold = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new EmbeddedException(
                "PaymentFlow is already running from this checkout: stop that one first (Ctrl+C), or give this one --data-folder PATH --free-ports.");
        }
        if (!OperatingSystem.IsWindows())
        {
            // Others may pass through (Postgres runs as another user), but not look around.
            _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        }
    }

    /// <summary>Deletes all data.</summary>
    public void Clear()
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos().Where(entry => entry.Name != LockName))
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }
    }

    /// <summary>Writes a file that its owner alone can read: all of it, or, whatever happens meanwhile, nothing.</summary>
    public static void WriteSecret(string path, string content)
    {
        var whole = path + ".new";
        // A mode is set only on files that are created.
        File.Delete(whole);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(whole, options)) writer.Write(content);
        File.Move(whole, path, overwrite: true);
    }

    public void Dispose() => _hold.Dispose();
}
