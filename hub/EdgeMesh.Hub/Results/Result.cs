namespace EdgeMesh.Hub.Results;

/// <summary>An expected failure: a stable code and a sentence that says what was refused, why, and what to do.</summary>
/// <param name="Code">One of <see cref="Contracts.ErrorCodes"/>.</param>
/// <param name="Message">For people.</param>
public sealed record Error(string Code, string Message);

/// <summary>A value, or the expected failure that stands in its place. Exceptions are for bugs and failed IO.</summary>
/// <typeparam name="T">What success gives.</typeparam>
public readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The failure; null on success.</summary>
    public Error? Error { get; }

    /// <summary>Whether there is a value.</summary>
    public bool IsOk => Error is null;

    /// <summary>The value. Asking for it on a failure is a bug.</summary>
    public T Value => Error is null ? _value! : throw new System.InvalidOperationException($"No value: {Error.Code}: {Error.Message}");

    /// <summary>Success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    internal static Result<T> Ok(T value) => new(value, null);

    /// <summary>Failure.</summary>
    public static implicit operator Result<T>(Error error) => new(default, error);
}

/// <summary>Success where an implicit conversion cannot be had: from interfaces.</summary>
public static class Result
{
    /// <summary>Success.</summary>
    public static Result<T> Of<T>(T value) => Result<T>.Ok(value);
}
