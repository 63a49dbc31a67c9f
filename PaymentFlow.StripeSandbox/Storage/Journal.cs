using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace PaymentFlow.StripeSandbox.Storage;

/// <summary>
/// The append-only file from which the whole state is rebuilt, with one JSON line per operation. When <see cref="Append"/> has returned,
/// the line survives a <c>kill -9</c> of this process. The file is not synced to the disk, because a development tool need not survive a
/// power cut.
/// </summary>
sealed partial class Journal : IDisposable
{
    readonly Lock _writing = new();
    readonly SafeFileHandle _file;
    readonly ILogger _log;
    long _length;

    Journal(SafeFileHandle file, long length, ILogger log) => (_file, _length, _log) = (file, length, log);

    /// <summary>Opens or creates the file and passes every line to <paramref name="apply"/>. An incomplete last line is removed.</summary>
    /// <exception cref="SandboxSettingException">The file is in use, not accessible, or damaged before its last line.</exception>
    public static Journal Open(string path, Action<JournalEntry> apply, ILogger log)
    {
        SafeFileHandle? file = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            // FileShare.None locks the file against a second writer. On Unix the lock is advisory, so the file can still be read.
            file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var (length, lines) = Replay(file, path, apply);
            var torn = RandomAccess.GetLength(file) - length;
            if (torn > 0)
            {
                RandomAccess.SetLength(file, length);
                Log.TornLine(log, path, torn);
            }
            Log.Opened(log, path, lines);
            return new Journal(file, length, log);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new SandboxSettingException($"Sandbox:JournalPath '{path}' cannot be used: {failure.Message}");
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes the line to the system's cache, without waiting for the disk. After a failure the file contains no part of the line.
    /// </summary>
    /// <exception cref="IOException">The line cannot be written.</exception>
    public void Append(JournalEntry entry)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, JournalJson.Default.JournalEntry), (byte)'\n'];
        lock (_writing)
        {
            try
            {
                RandomAccess.Write(_file, line, _length);
            }
            catch (IOException failure)
            {
                Log.WriteFailed(_log, failure);
                TakeBackPart();
                throw;
            }
            _length += line.Length;
        }
    }

    public void Dispose()
    {
        lock (_writing) _file.Dispose();
    }

    /// <summary>Removes a partial write, so that a restart does not read it.</summary>
    void TakeBackPart()
    {
        try
        {
            RandomAccess.SetLength(_file, _length);
        }
        catch (IOException failure)
        {
            // The next write starts at the same position and overwrites the partial one.
            Log.PartStays(_log, failure);
        }
    }

    static (long Length, int Lines) Replay(SafeFileHandle file, string path, Action<JournalEntry> apply)
    {
        var buffer = new byte[64 * 1024];
        var (start, filled, lines) = (0L, 0, 0);
        while (true)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(filled), start + filled);
            filled += read;
            var rest = buffer.AsMemory(0, filled);
            for (int end; (end = rest.Span.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                apply(Parse(rest.Span[..end], path, ++lines));
                start += end + 1;
            }
            if (read == 0) return (start, lines);
            rest.CopyTo(buffer);
            filled = rest.Length;
            if (filled == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    static JournalEntry Parse(ReadOnlySpan<byte> line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, JournalJson.Default.JournalEntry) ?? throw new JsonException("the line is null");
        }
        catch (JsonException damage)
        {
            throw new SandboxSettingException(
                $"Sandbox:JournalPath '{path}' is damaged at line {number} ({damage.Message}). Move it away to start anew.");
        }
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Journal {Path}: {Lines} lines read")]
        public static partial void Opened(ILogger logger, string path, int lines);

        [LoggerMessage(LogLevel.Warning, "Journal {Path}: removed {Bytes} bytes of an incomplete last line")]
        public static partial void TornLine(ILogger logger, string path, long bytes);

        [LoggerMessage(LogLevel.Error, "Writing to the journal failed; the request is answered with 500")]
        public static partial void WriteFailed(ILogger logger, Exception failure);

        [LoggerMessage(LogLevel.Error, "Could not remove a partial write from the journal")]
        public static partial void PartStays(ILogger logger, Exception failure);
    }
}
