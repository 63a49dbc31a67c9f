namespace PaymentFlow.StripeSandbox.Lists;

/// <summary>
/// A list of objects in the order of creation, which can be found by id and walked in both directions. Beyond <paramref name="keep"/>
/// objects the oldest are removed. Removal is in batches, so there may be a few more. Safe for concurrent use.
/// </summary>
sealed class OrderedIndex<T>(int keep = int.MaxValue) where T : class
{
    readonly Lock _lock = new();
    readonly List<(string Id, T Value)> _entries = [];
    readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);
    long _first;

    public int Count
    {
        get { lock (_lock) return _entries.Count; }
    }

    public T? Find(string id)
    {
        lock (_lock) return _positions.TryGetValue(id, out var position) ? _entries[(int)(position - _first)].Value : null;
    }

    /// <summary>Adds a new object at the end, or replaces an existing one in its place.</summary>
    public void Set(string id, T value)
    {
        lock (_lock)
        {
            if (_positions.TryGetValue(id, out var position))
            {
                _entries[(int)(position - _first)] = (id, value);
                return;
            }
            _positions[id] = _first + _entries.Count;
            _entries.Add((id, value));
            if (_entries.Count - (long)keep <= keep / 10) return;
            var tooMany = _entries.Count - keep;
            foreach (var (old, _) in _entries.Take(tooMany)) _positions.Remove(old);
            _entries.RemoveRange(0, tooMany);
            _first += tooMany;
        }
    }

    /// <summary>A copy of the list, oldest first.</summary>
    public IReadOnlyList<T> Snapshot()
    {
        lock (_lock) return [.. _entries.Select(e => e.Value)];
    }

    /// <summary>
    /// Up to <paramref name="count"/> objects that fit, in walking order. The walk goes from new to old, or with <paramref name="newer"/>
    /// from old to new. It starts next to <paramref name="cursor"/>. Without a cursor it starts at the newest object, or with
    /// <paramref name="newer"/> at the oldest. Null if the cursor is unknown.
    /// </summary>
    public IReadOnlyList<T>? Walk(string? cursor, bool newer, int count, Func<T, bool> fits)
    {
        lock (_lock)
        {
            var step = newer ? 1 : -1;
            var i = newer ? 0 : _entries.Count - 1;
            if (cursor is not null)
            {
                if (!_positions.TryGetValue(cursor, out var position)) return null;
                i = (int)(position - _first) + step;
            }
            var found = new List<T>();
            for (; i >= 0 && i < _entries.Count && found.Count < count; i += step)
                if (fits(_entries[i].Value)) found.Add(_entries[i].Value);
            return found;
        }
    }
}
