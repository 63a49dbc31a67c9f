using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// How the stores send SQL and read its rows. Parameters are positional (<c>$1</c>, <c>$2</c>, …), or named (<c>@status</c>) where a
/// statement has too many to count. One statement uses one of both.
/// </summary>
public static class Statements
{
    /// <summary>
    /// Adds the next positional parameter. Its type follows from <typeparamref name="T"/>, also for null, so that every execution of a
    /// statement uses the same prepared plan.
    /// </summary>
    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <inheritdoc cref="With{T}(NpgsqlCommand, T)"/>
    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>Adds a named parameter. Its type follows from <typeparamref name="T"/>, also for null.</summary>
    public static NpgsqlCommand With<T>(this NpgsqlCommand command, string name, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T>(name, value));
        return command;
    }

    /// <inheritdoc cref="With{T}(NpgsqlCommand, string, T)"/>
    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, string name, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T>(name, value));
        return command;
    }

    /// <summary>All rows of the result.</summary>
    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await ListAsync(row, read, cancellationToken);
    }

    /// <summary>
    /// All rows of the last command. The commands before it return results, too, as those of <see cref="IndexScans"/> do.
    /// </summary>
    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        for (var before = batch.BatchCommands.Count - 1; before > 0; before--) await row.NextResultAsync(cancellationToken);
        return await ListAsync(row, read, cancellationToken);
    }

    static async Task<List<T>> ListAsync<T>(NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        List<T> rows = [];
        while (await row.ReadAsync(cancellationToken)) rows.Add(read(row));
        await EndAsync(row, cancellationToken);
        return rows;
    }

    /// <summary>The first row of the result, or null if there is none.</summary>
    public static async Task<T?> FirstOrDefaultAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await FirstOrDefaultAsync(row, read, cancellationToken);
    }

    /// <summary>The first row of the first statement that returns rows, or null if there is none.</summary>
    public static async Task<T?> FirstOrDefaultAsync<T>(
        this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await FirstOrDefaultAsync(row, read, cancellationToken);
    }

    static async Task<T?> FirstOrDefaultAsync<T>(
        NpgsqlDataReader row, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var first = await row.ReadAsync(cancellationToken) ? read(row) : default;
        await EndAsync(row, cancellationToken);
        return first;
    }

    /// <summary>Waits for the end of the answer: rows arrive before the commit, which may still fail.</summary>
    static async Task EndAsync(NpgsqlDataReader row, CancellationToken cancellationToken)
    {
        while (await row.NextResultAsync(cancellationToken))
        {
            // The caller does not want the other results.
        }
    }

    /// <summary>The text in a column that may be null.</summary>
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    /// <summary>The value in a column that may be null.</summary>
    public static T? Value<T>(this NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
