// The columns of the table of those who wait, for its head and its rows alike.
export const COLUMNS = 'grid grid-cols-[minmax(9rem,1.1fr)_5.5rem_6.5rem_8.5rem_minmax(7rem,1fr)_minmax(14rem,3fr)_4.25rem] items-center gap-x-3 px-4'
