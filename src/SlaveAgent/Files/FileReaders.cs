namespace SlaveAgent.Files;

/// <summary>Who has to be able to read a file whatever its mode says, by number; null is nobody.</summary>
public readonly record struct FileReaders(uint? User, uint? Group);
