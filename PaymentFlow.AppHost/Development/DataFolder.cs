namespace PaymentFlow.AppHost.Development;

/// <summary>
/// The folder of everything that outlives a run: the database cluster and the sandbox's journal. One host at a time owns it.
/// </summary>
sealed class DataFolder : IDisposable
{
    // Locked while a host runs. Its presence says that the folder is PaymentFlow's own.
    const string LockName = "paymentflow.lock";

    readonly DirectoryInfo _folder;
    readonly FileStream _lock;

    /// <summary>Creates and locks the folder. The system releases the lock when the process ends, even by kill -9.</summary>
    /// <exception cref="DistributedApplicationException">Another host has locked it, or it holds other files. Nothing was changed.</exception>
    public DataFolder(string path, bool isDefault)
    {
        _folder = new DirectoryInfo(path);
        var lockFile = Path.Combine(_folder.FullName, LockName);
        if (!isDefault && _folder.Exists && !File.Exists(lockFile) && _folder.EnumerateFileSystemInfos().Any())
        {
            throw new DistributedApplicationException(
                $"{_folder.FullName} holds other files, which `--fresh` would delete: give --data-folder a new or an empty folder.");
        }
        _folder.Create();
        try
        {
            _lock = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException(
                "PaymentFlow is already running from this checkout: stop it first (Ctrl+C), or give this one --data-folder PATH --free-ports.");
        }
        if (!OperatingSystem.IsWindows())
        {
            // The user that Postgres runs as may pass through the folder but not list it.
            _folder.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
        }
    }

    public void Clear()
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos().Where(entry => entry.Name != LockName))
        {
            if (entry is DirectoryInfo directory) directory.Delete(recursive: true);
            else entry.Delete();
        }
    }

    /// <summary>Writes a file that only its owner can read: all of it or nothing.</summary>
    public static void WriteSecret(string path, string content)
    {
        var whole = path + ".new";
        // A mode is set only on files that are created.
        File.Delete(whole);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(whole, options)) writer.Write(content);
        File.Move(whole, path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();
}
