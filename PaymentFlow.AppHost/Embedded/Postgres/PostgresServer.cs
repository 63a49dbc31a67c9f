using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Postgres;

/// <summary>
/// The real Postgres as a private cluster in the data folder: loopback only, SCRAM with a generated password, never as root.
/// </summary>
sealed class PostgresServer(PostgresServerResource resource, EmbeddedOptions options, Spawner spawner, ResourceOutput output) : IRunner
{
    const string Superuser = "postgres";
    static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(1500);
    static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    readonly string _cluster = Path.Combine(options.DataFolder, "postgres");
    Process? _process;

    public int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    // Postgres refuses to run as root; its packages bring this user along.
    static string? User => OperatingSystem.IsLinux() && Environment.UserName == "root" ? "postgres" : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var programs = PostgresPrograms.Find();
        var password = await InitializeAsync(programs, cancellationToken);
        await StopLeftoverAsync(programs, cancellationToken);

        var port = Ports.Free();
        _process = await spawner.StartAsync(
            Command(
                programs, "postgres", "-D", _cluster, "-p", $"{port}", "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=", "-c", "max_connections=300"),
            deathSignal: "INT", User);
        Follow(_process);
        var server = $"Host=127.0.0.1;Port={port};Username={Superuser};Password={password}";
        await ReadyAsync(server, cancellationToken);
        resource.Started(server);
    }

    /// <returns>The superuser's password.</returns>
    async Task<string> InitializeAsync(string programs, CancellationToken cancellationToken)
    {
        var passwordFile = Path.Combine(options.DataFolder, "postgres.password");
        if (File.Exists(Path.Combine(_cluster, "PG_VERSION")) && File.Exists(passwordFile))
            return await File.ReadAllTextAsync(passwordFile, cancellationToken);

        output.Write(resource.Name, "creating the database cluster");
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        if (Directory.Exists(_cluster)) Directory.Delete(_cluster, recursive: true);
        Directory.CreateDirectory(_cluster);
        // initdb reads it as the user that Postgres runs as; what is kept afterwards is ours alone.
        var forInitdb = Path.Combine(_cluster + ".pw");
        await File.WriteAllTextAsync(forInitdb, password, cancellationToken);
        if (User is { } user) await RunAsync(new ProcessStartInfo("chown") { ArgumentList = { user, _cluster, forInitdb } }, null, cancellationToken);
        try
        {
            await RunAsync(
                Command(programs, "initdb", "-D", _cluster, "-U", Superuser, "-A", "scram-sha-256", "--pwfile", forInitdb, "-E", "UTF8", "--locale", "C"),
                User, cancellationToken);
        }
        finally
        {
            File.Delete(forInitdb);
        }
        await using (var file = new FileStream(passwordFile, PrivateFile())) await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(password), cancellationToken);
        return password;
    }

    /// <summary>Where children can't be bound to us (see <see cref="Spawner"/>), a killed host may have left its server running.</summary>
    async Task StopLeftoverAsync(string programs, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux() || !File.Exists(Path.Combine(_cluster, "postmaster.pid"))) return;
        await RunAsync(Command(programs, "pg_ctl", "stop", "-D", _cluster, "-m", "fast"), User, cancellationToken, mayFail: true);
    }

    async Task ReadyAsync(string server, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false;Timeout=2");
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException) when (_process is { HasExited: false })
            {
                await Task.Delay(ProbeInterval, cancellationToken);
            }
            catch (NpgsqlException)
            {
                throw new EmbeddedException(
                    $"Postgres did not start: {string.Join(" | ", output.LogsOf(resource.Name).TakeLast(3))}. `-- --fresh` starts anew.");
            }
        }
    }

    async Task RunAsync(ProcessStartInfo command, string? user, CancellationToken cancellationToken, bool mayFail = false)
    {
        command.RedirectStandardOutput = command.RedirectStandardError = true;
        var process = await spawner.StartAsync(command, "KILL", user);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 && !mayFail)
            throw new EmbeddedException($"{Path.GetFileName(command.FileName)} failed: {(await errors).ReplaceLineEndings(" ").Trim()}");
    }

    void Follow(Process process)
    {
        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        void Write(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { Length: > 0 } text) output.Write(resource.Name, text);
        }
    }

    ProcessStartInfo Command(string programs, string program, params string[] arguments) =>
        new(Path.Combine(programs, program), arguments)
        {
            // A folder that the server's user may be in.
            WorkingDirectory = options.DataFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_MESSAGES"] = "C" },
        };

    static FileStreamOptions PrivateFile()
    {
        var file = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return file;
    }

    /// <summary>Postgres' "fast shutdown": it ends its connections, writes what it must, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process) await process.StopAsync(Signals.Interrupt, StopPatience);
    }
}
