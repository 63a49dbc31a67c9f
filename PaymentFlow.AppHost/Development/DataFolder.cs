namespace PaymentFlow.AppHost.Development;

/// <summary>
/// The folder of all data that is kept between runs: the database cluster and the sandbox's journal. One host at a time uses it.
/// </summary>
sealed class DataFolder : IDisposable
{
    // The file is locked while a host runs. Its presence marks the folder as PaymentFlow's own.
    const string LockName = "paymentflow.lock";

    readonly DirectoryInfo _folder;
    readonly FileStream _lock;

    /// <summary>Creates and locks the folder. The operating system releases the lock when the process ends, even by kill -9.</summary>
    /// <exception cref="DistributedApplicationException">
    /// Another host has locked the folder, or it holds other files. Nothing was changed.
    /// </exception>
    public DataFolder(string path, bool isDefault)
    {
        _folder = new DirectoryInfo(path);
        var lockFile = Path.Combine(_folder.FullName, LockName);
        if (!isDefault && _folder.Exists && !File.Exists(lockFile) && _folder.EnumerateFileSystemInfos().Any())
        {
            throw new DistributedApplicationException(
                $"{_folder.FullName} holds other files, which `--fresh` would delete. Use --data-folder with a new or an empty folder.");
        }
        _folder.Create();
        try
        {
            _lock = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException(
                "PaymentFlow is already running from this checkout. Stop it first (Ctrl+C), or start this one with "
                + "--data-folder PATH --free-ports.");
        }
        if (!OperatingSystem.IsWindows())
        {
            // OtherExecute: the user that Postgres runs as may pass through the folder but not list it.
            _folder.UnixFileMode =
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute;
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

    /// <summary>Writes a file that only its owner can read. The write is atomic.</summary>
    public static void WriteSecret(string path, string content)
    {
        var whole = path + ".new";
        // .NET sets the mode only on new files.
        File.Delete(whole);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (StreamWriter writer = new(whole, options)) writer.Write(content);
        File.Move(whole, path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();
}
